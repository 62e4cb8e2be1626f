// webpack as it comes: it takes the module for an asset because of `new URL(..., import.meta.url)`.

import { cpSync } from "node:fs";
import { promisify } from "node:util";
import webpack from "webpack";

const compiler = webpack({
  mode: "production",
  entry: "./main.js",
  plugins: [new webpack.EnvironmentPlugin(["SITE", "COLLECTOR"])],
});
const stats = await promisify(compiler.run.bind(compiler))();
if (stats.hasErrors() || stats.hasWarnings())
  throw new Error(stats.toString({ all: false, errors: true, warnings: true }));
cpSync("index.html", "dist/index.html");
