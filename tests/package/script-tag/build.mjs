// A site without a bundler: it copies the folder that the package's script lies in, and fills its page in.

import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

cpSync(dirname(fileURLToPath(import.meta.resolve("sillage/script"))), "dist/sillage", { recursive: true });
const { SITE, COLLECTOR } = process.env;
writeFileSync(
  "dist/index.html",
  readFileSync("index.html", "utf8").replace("%SITE%", SITE).replace("%COLLECTOR%", COLLECTOR),
);
