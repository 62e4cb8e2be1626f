/** What each tracker's page downloads: the peers bundled as a site would do it, Sillage as it was built. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
// @ts-expect-error: plain JavaScript without types
import { compress } from "../../tools/build/compress.mjs";
import { dist } from "../e2e/support/collector.ts";

/** Bytes of a download, brotli at quality 11. */
const brotliBytes = (bytes: Buffer): number => compress(bytes).brotli.length;

/** A peer's script, minified, for the browsers that Sillage is built for. */
export async function bundlePeer(name: string): Promise<{ script: Buffer; brotli: number }> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`peers/${name}.ts`, import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2020",
    platform: "browser",
    legalComments: "none",
  });
  const script = Buffer.from(outputFiles[0]?.contents ?? "");
  return { script, brotli: brotliBytes(script) };
}

/** The script tag's files: the loader, and everything that it loads. */
export function sillageSizes(): { loader: number; total: number } {
  const folder = join(dist, "web");
  const loader = "sillage.js";
  // A page has the stub in its own text, if at all; the fallback is for browsers without WebAssembly.
  const loaded = readdirSync(folder).filter((name) => /^tracker-\w+\.js$/.test(name));
  const of = (name: string) => brotliBytes(readFileSync(join(folder, name)));
  return { loader: of(loader), total: [loader, ...loaded].reduce((sum, name) => sum + of(name), 0) };
}
