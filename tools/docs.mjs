// `npm run docs`: makes dist/docs of docs/, a folder of plain files that any server can serve under any path; the
// collector serves it at /docs/ (`--docs`). Eleventy makes the pages. A link that leads nowhere fails.

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { compress } from "./build/compress.mjs";
import { whenChanged } from "./build/stamps.mjs";
import { brokenLinks } from "./docs/links.mjs";
import { findPages } from "./docs/pages.mjs";
import { provideNodePackages } from "./provision/node-packages.mjs";
import { Failure, root, runMain, say } from "./run.mjs";

export const docsFolder = `${root}/dist/docs`;

/** Makes the site, unless it is up to date. */
export async function buildDocs() {
  await provideNodePackages();
  const { pages } = findPages();
  const packages = ["@11ty/eleventy", "highlight.js", "markdown-it", "minisearch"].map(
    (name) => `${root}/node_modules/${name}/package.json`,
  );
  const sources = [...pages.map(({ source }) => source), "docs", "www/docs", "www/shared/page.css", "tools/docs"];
  const inputs = [...packages, ...[...sources, "tools/docs.mjs"].map((path) => `${root}/${path}`)];
  await whenChanged("docs", { inputs, outputs: [docsFolder] }, () => make(pages));
}

async function make(pages) {
  rmSync(docsFolder, { recursive: true, force: true });
  mkdirSync(docsFolder, { recursive: true });
  // With npm's packages, which are there by now: `npm start` and `npm test` read this file before they are.
  const { markdownOf } = await import("./docs/markdown.mjs");
  const { searchIndex } = await import("./docs/search-index.mjs");
  await generate(pages);
  const texts = pages.map((page) => ({ page, text: readFileSync(`${root}/${page.source}`, "utf8") }));
  const markdown = markdownOf(new Map(pages.map((page) => [page.source, page])));
  writeFileSync(`${docsFolder}/search.json`, searchIndex(markdown, texts));
  await copyFiles();
  const written = pages.map(({ url }) => ({ url, html: readFileSync(`${docsFolder}/${url}`, "utf8") }));
  const broken = brokenLinks(written, docsFolder);
  if (broken.length > 0) throw new Failure(`the documentation has broken links:\n  ${broken.join("\n  ")}`);
  compressAll(docsFolder);
}

async function generate(pages) {
  const { default: Eleventy } = await import("@11ty/eleventy");
  // It reads and ignores by paths from where it runs.
  const from = process.cwd();
  process.chdir(root);
  try {
    const eleventy = new Eleventy("docs", docsFolder, { quietMode: true, configPath: "tools/docs/eleventy.mjs" });
    eleventy.disableLogger();
    await eleventy.write();
  } finally {
    process.chdir(from);
  }
  const missing = pages.filter(({ url }) => !existsSync(`${docsFolder}/${url}`));
  if (missing.length > 0) throw new Failure(`Eleventy did not write ${missing.map(({ url }) => url).join(", ")}`);
}

async function copyFiles() {
  cpSync(`${root}/www/shared/page.css`, `${docsFolder}/page.css`);
  cpSync(`${root}/www/docs/docs.css`, `${docsFolder}/docs.css`);
  // What pages link to besides pages: descriptions, vectors.
  for (const file of readdirSync(`${root}/docs`, { recursive: true, withFileTypes: true })) {
    const path = `${file.parentPath ?? file.path}/${file.name}`.slice(`${root}/docs/`.length);
    if (file.isFile() && !path.endsWith(".md")) cpSync(`${root}/docs/${path}`, `${docsFolder}/${path}`);
  }
  const esbuild = await import("esbuild");
  await esbuild.build({
    entryPoints: [`${root}/www/docs/search.js`],
    outfile: `${docsFolder}/search.js`,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    logLevel: "silent",
  });
}

function compressAll(folder) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = `${entry.parentPath ?? entry.path}/${entry.name}`;
    const { gzip, brotli } = compress(readFileSync(file));
    writeFileSync(`${file}.gz`, gzip);
    writeFileSync(`${file}.br`, brotli);
  }
}

if (import.meta.url === `file://${process.argv[1]}`) {
  await runMain(async () => {
    await buildDocs();
    say(`documentation: ${basename(dirname(docsFolder))}/${basename(docsFolder)}/index.html`);
  });
}
