// What stands against a release. Pure: it is given what it looks at.

/**
 * @param {{ status: string, manifest: object, lock: object, cargo: string, cargoLock: string, changelog: string,
 *   openapi: object }} sources `status` is what `git status --porcelain` says
 * @returns {string[]} one line each
 */
export function faultsOf({ status, manifest, lock, cargo, cargoLock, changelog, openapi }) {
  const { version } = manifest;
  const faults = [];
  if (status !== "") faults.push(`the tree is not clean: commit or remove ${status.split("\n").length} file(s)`);
  if (manifest.private) faults.push("package.json is private");
  const versions = {
    "package-lock.json": lock.version,
    "package-lock.json, its root package": lock.packages[""].version,
    "Cargo.toml": /^\[workspace\.package\][^[]*?^version = "([^"]+)"/ms.exec(cargo)?.[1],
    "Cargo.lock": /^name = "sillage"\nversion = "([^"]+)"/m.exec(cargoLock)?.[1],
    "docs/openapi.json": openapi.info.version,
  };
  for (const [place, found] of Object.entries(versions))
    if (found !== version) faults.push(`${place} is of version ${found}, package.json of ${version}`);
  return [...faults, ...changelogFaults(changelog, version)];
}

function changelogFaults(changelog, version) {
  const [, unreleased = "", rest = ""] = /^## \[Unreleased\]$(.*?)(^## \[.*)?$(?![\s\S])/ms.exec(changelog) ?? [];
  const [, latest, date] = /^## \[([^\]]+)\](?: - (\d{4}-\d{2}-\d{2}))?$/m.exec(rest) ?? [];
  if (latest !== version)
    return [`CHANGELOG.md ends with ${latest ?? "no version"}: what is unreleased becomes "## [${version}] - <date>"`];
  const faults = [];
  if (!date) faults.push(`CHANGELOG.md gives ${version} no date`);
  if (/^- /m.test(unreleased)) faults.push("CHANGELOG.md still has something unreleased");
  if (!/Wire version/.test(rest.split(/^## \[/m)[1] ?? ""))
    faults.push(`CHANGELOG.md names no wire version for ${version}`);
  return faults;
}
