// Splitting keeps the chunk with the module out of what loads with the page.

import { cpSync } from "node:fs";
import { build } from "esbuild";

await build({
  entryPoints: ["main.ts"],
  bundle: true,
  minify: true,
  format: "esm",
  splitting: true,
  outdir: "dist",
  define: { SITE: JSON.stringify(process.env.SITE), COLLECTOR: JSON.stringify(process.env.COLLECTOR) },
  logLevel: "warning",
});
cpSync("index.html", "dist/index.html");
