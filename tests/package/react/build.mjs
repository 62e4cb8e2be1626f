// React as its users have it, in strict mode, which renders everything twice while developing.

import { cpSync } from "node:fs";
import { build } from "esbuild";

await build({
  entryPoints: ["main.tsx"],
  bundle: true,
  format: "esm",
  splitting: true,
  jsx: "automatic",
  outdir: "dist",
  define: {
    SITE: JSON.stringify(process.env.SITE),
    COLLECTOR: JSON.stringify(process.env.COLLECTOR),
    "process.env.NODE_ENV": '"development"',
  },
  logLevel: "warning",
});
cpSync("index.html", "dist/index.html");
