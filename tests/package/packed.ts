/** The package as users get it: packed by npm, and installed into projects outside the repository. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { dist, root } from "../e2e/support/collector.ts";

const execute = promisify(execFile);

export interface Packed {
  /** The archive that would be published. */
  readonly archive: string;
  /** What is in it. */
  readonly files: string[];
  /** A new project with the package in it; a copy of `tests/package/<name>` where there is one. */
  newProject(name: string, options?: { tools?: string[] }): Promise<Project>;
  remove(): void;
}

export interface Project {
  readonly folder: string;
  /** Runs Node in the project, without looking for news of any tool; gives what it wrote. */
  node(args: string[], env?: Record<string, string>): Promise<{ stdout: string; stderr: string }>;
}

/** Packs what has been built: `SILLAGE_DIST` where it is set. */
export async function pack(): Promise<Packed> {
  const folder = mkdtempSync(join(tmpdir(), "sillage-package-"));
  const source = join(folder, "source");
  for (const part of ["package.json", "README.md", "LICENSE-APACHE", "LICENSE-MIT"])
    cpSync(join(root, part), join(source, part));
  cpSync(dist, join(source, "dist"), { recursive: true });
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const { stdout } = await execute("npm", args, { cwd: source });
  const [tarball] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[];
  assert.ok(tarball);
  const archive = join(folder, tarball.filename);
  return {
    archive,
    files: tarball.files.map(({ path }) => path),
    newProject: (name, options) => newProject(join(folder, name), name, archive, options),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function newProject(
  folder: string,
  name: string,
  archive: string,
  { tools = [] }: { tools?: string[] } = {},
): Promise<Project> {
  const sources = join(root, "tests/package", name);
  mkdirSync(folder);
  if (existsSync(sources)) cpSync(sources, folder, { recursive: true });
  const manifest = join(folder, "package.json");
  if (!existsSync(manifest)) writeFileSync(manifest, JSON.stringify({ name, private: true, type: "module" }));
  const npm = (...args: string[]) =>
    execute("npm", [...args, "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: folder });
  // A project with a lock file has dependencies of its own.
  if (existsSync(join(folder, "package-lock.json"))) await npm("ci");
  await npm("install", "--offline", archive);
  // Bundlers are this repository's: nobody needs to fetch them again.
  for (const tool of tools) symlinkSync(join(root, "node_modules", tool), join(folder, "node_modules", tool));
  return {
    folder,
    node: (args, env) =>
      execute(process.execPath, args, { cwd: folder, env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", ...env } }),
  };
}
