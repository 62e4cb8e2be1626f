/** The packed package in a project of each bundler, in one with React, and in one of none: built as its users build it, then visited. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { after, before, describe, test } from "node:test";
import { brotliCompressSync } from "node:zlib";
import type { Page } from "playwright-core";
import { openOrigin } from "../e2e/support/origin.ts";
import { setStage } from "../e2e/support/stage.ts";
import { type Packed, pack } from "./packed.ts";
import { buildIsVisited } from "./visit.ts";

/** Longest time of one test, in milliseconds: on a busy machine most of it is the bundler's. */
const TEST_TIMEOUT_MS = 180_000;

/** How a project's `build.mjs` learns what its page is to be told: by each bundler's own means. */
const BUNDLERS = [
  { name: "vite", variables: ["VITE_SITE", "VITE_COLLECTOR"] },
  { name: "webpack", variables: ["SITE", "COLLECTOR"] },
  { name: "esbuild", variables: ["SITE", "COLLECTOR"] },
  { name: "react", variables: ["SITE", "COLLECTOR"], tools: ["esbuild", "react", "react-dom"] },
  { name: "script-tag", variables: ["SITE", "COLLECTOR"], tools: [] },
];

describe("bundlers", () => {
  const stage = setStage();
  let packed: Packed;

  before(async () => {
    packed = await pack();
  });
  after(() => packed?.remove());

  for (const { name, variables, tools = [name] } of BUNDLERS) {
    const sentence = `${name}: what a visitor does is stored, also where the page's policy has no WebAssembly`;
    test(sentence, { timeout: TEST_TIMEOUT_MS }, async (context) => {
      const site = stage.newSite();
      const project = await packed.newProject(name, { tools });
      const [siteVariable, collectorVariable] = variables as [string, string];
      const told = { [siteVariable]: site, [collectorVariable]: stage.collector.gate.origin };
      const { stderr } = await project.node(["build.mjs"], told);
      assert.equal(stderr, "", "the bundler has nothing to complain of");

      const folder = join(project.folder, "dist");
      const built = filesIn(folder).filter((file) => /\.js$/.test(file));
      for (const file of built) {
        const { length } = brotliCompressSync(readFileSync(file));
        context.diagnostic(`${name}: ${relative(folder, file)}, ${length} bytes as brotli`);
      }
      const page = readFileSync(join(folder, "index.html"), "utf8");
      for (const [, script] of page.matchAll(/<script[^>]* src="([^"]+)"/g)) {
        const early = readFileSync(join(folder, script as string), "utf8");
        assert.doesNotMatch(early, /indexedDB/, `${script} loads with the page and has only the loader in it`);
      }

      // An origin of its own: bundlers take it that theirs is the root folder.
      const origin = await openOrigin();
      context.after(() => origin.close());
      origin.serveFolder("/", folder);
      const rows = await buildIsVisited(stage, site, name, `${origin.origin}/index.html`);

      const policy = `<meta http-equiv="Content-Security-Policy" content="script-src 'self' 'unsafe-inline'">`;
      const strict = origin.serve("/strict.html", page.replace("<head>", `<head>${policy}`));
      await buildIsVisited(stage, site, name, strict, { rows, more: hasNoWebAssembly });
    });
  }
});

/** The page's policy is in force. */
async function hasNoWebAssembly(page: Page) {
  const empty = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  await assert.rejects(page.evaluate((module) => WebAssembly.compile(new Uint8Array(module)).then(() => {}), empty));
  return [];
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}
