// The official SDKs that tests/conformance drives: the Python ones in a venv, the JavaScript ones in a project of
// their own, both outside the sources, installed when they are missing or what is pinned has changed.

import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { nativeTargetDir, output, root, run, say } from "../run.mjs";
import { installPackages } from "./debian.mjs";

const sources = `${root}/tests/conformance`;

/** Gives the Python program that has the Python SDKs, and the folder whose node_modules has the JavaScript ones. */
export async function provideSdks() {
  const python = `${nativeTargetDir}/conformance/python`;
  await whenChanged(python, ["requirements.txt"], async () => {
    if (output("python3", ["-c", "import ensurepip, venv"]) === undefined) {
      await installPackages("Python with venv", () => ["python3", "python3-venv"]);
    }
    say("pip: installing the Python SDKs of tests/conformance/requirements.txt");
    await run("python3", ["-m", "venv", python], { what: "making a venv", quiet: true });
    const args = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"];
    await run(`${python}/bin/python`, [...args, "--requirement", `${sources}/requirements.txt`], {
      what: "installing the Python SDKs",
      quiet: true,
    });
  });
  const javascript = `${nativeTargetDir}/conformance/javascript`;
  await whenChanged(javascript, ["package.json", "package-lock.json"], async () => {
    say("npm: installing the JavaScript SDKs of tests/conformance/package-lock.json");
    for (const file of ["package.json", "package-lock.json"])
      copyFileSync(`${sources}/${file}`, `${javascript}/${file}`);
    await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", javascript], {
      what: "installing the JavaScript SDKs",
      quiet: true,
    });
  });
  return { python: `${python}/bin/python`, javascript };
}

/** Makes `folder` anew where it was not made of these files as they are. */
async function whenChanged(folder, files, make) {
  const stamp = `${folder}/.sillage-installed`;
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(`${sources}/${file}`));
  const wanted = hash.digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await make();
  writeFileSync(stamp, wanted);
}
