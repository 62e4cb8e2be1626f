/** Samples in JavaScript and TypeScript as a project of their own, with the package installed: checked and bundled. */
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { dist, root } from "../e2e/support/collector.ts";
import type { Sample } from "./samples.ts";

export interface Project {
  /** Where bundles are, with the files that they load. */
  readonly bundles: string;
  /** Adds a sample, and the lines that start it; its bundle is {@link bundleOf}. */
  add(sample: Sample, ending?: string): void;
  /** What TypeScript has to say of all of them. */
  check(): string;
  /** Bundles those that import something. */
  bundle(): Promise<void>;
  remove(): void;
}

const SETTINGS = {
  compilerOptions: {
    noEmit: true,
    strict: true,
    allowJs: true,
    checkJs: true,
    // Functions of plain JavaScript say no types.
    noImplicitAny: false,
    jsx: "react-jsx",
    target: "es2022",
    module: "esnext",
    moduleResolution: "bundler",
    skipLibCheck: true,
    types: ["node"],
  },
  exclude: ["bundles", "node_modules", "*-run.jsx"],
};

/** What a page with the script tag has. */
const GLOBALS = `declare const sillage: import("sillage").Tracker;`;

/** A site of its own, which names its files too. */
export const siteOf = ({ name }: Sample): string => name.replace(/\W+/g, "-");

/** Name of its bundle. */
export const bundleOf = (sample: Sample): string => `${siteOf(sample)}-run.js`;

/** An empty project. */
export function newProject(): Project {
  const folder = mkdtempSync(join(tmpdir(), "sillage-samples-"));
  const bundles = join(folder, "bundles");
  const packages = join(folder, "node_modules");
  mkdirSync(join(packages, "sillage"), { recursive: true });
  mkdirSync(bundles);
  copyFileSync(join(root, "package.json"), join(packages, "sillage/package.json"));
  cpSync(dist, join(packages, "sillage/dist"), { recursive: true });
  for (const tool of ["react", "react-dom", "@types"])
    symlinkSync(join(root, "node_modules", tool), join(packages, tool));
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(SETTINGS));
  writeFileSync(join(folder, "globals.d.ts"), GLOBALS);
  const entries: string[] = [];
  return {
    bundles,
    add(sample, ending = "") {
      const name = siteOf(sample);
      const file = join(folder, `${name}.${sample.language}`);
      // What a comment says to be an error has to be one.
      const lines = sample.code
        .split("\n")
        .map((line) => (/\/\/ error: /.test(line) ? `// @ts-expect-error\n${line}` : line));
      writeFileSync(file, [sample.prelude, ...lines, "export {};"].join("\n"));
      if (/^import /m.test(sample.code + sample.prelude)) {
        const entry = join(folder, `${name}-run.jsx`);
        writeFileSync(entry, `import * as sample from "./${name}.${sample.language}";\n${ending}`);
        entries.push(entry);
      }
    },
    check() {
      try {
        execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "--project", folder]);
        return "";
      } catch (error) {
        return String((error as { stdout: Buffer }).stdout);
      }
    },
    async bundle() {
      await build({
        entryPoints: entries,
        outdir: bundles,
        bundle: true,
        splitting: true,
        format: "esm",
        jsx: "automatic",
        // Node has it, and no page needs it.
        external: ["node:*"],
        logLevel: "silent",
      });
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
