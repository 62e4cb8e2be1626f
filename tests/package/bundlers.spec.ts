/** The packed package in a project of each bundler, and in one of none: built as its users build it, then visited. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { openOrigin } from "../e2e/support/origin.ts";
import { setStage, test } from "../e2e/support/stage.ts";
import { type Packed, pack } from "./packed.ts";
import { buildIsVisited } from "./visit.ts";

/** How a project's `build.mjs` learns what its page is to be told: by each bundler's own means. */
const BUNDLERS = [
  { name: "vite", variables: ["VITE_SITE", "VITE_COLLECTOR"] },
  { name: "webpack", variables: ["SITE", "COLLECTOR"] },
  { name: "esbuild", variables: ["SITE", "COLLECTOR"] },
  { name: "script-tag", variables: ["SITE", "COLLECTOR"], isBundler: false },
];

describe("bundlers", () => {
  const stage = setStage();
  let packed: Packed;

  before(async () => {
    packed = await pack();
  });
  after(() => packed?.remove());

  for (const { name, variables, isBundler = true } of BUNDLERS) {
    test(`${name}: the first page view and an event of the page are stored`, async (context) => {
      const site = stage.newSite();
      const project = await packed.newProject(name, { tools: isBundler ? [name] : [] });
      const [siteVariable, collectorVariable] = variables as [string, string];
      const told = { [siteVariable]: site, [collectorVariable]: stage.collector.gate.origin };
      const { stderr } = await project.node(["build.mjs"], told);
      assert.equal(stderr, "", "the bundler has nothing to complain of");

      const built = filesIn(join(project.folder, "dist"));
      const modules = built.filter((file) => file.endsWith(".wasm"));
      assert.equal(modules.length, 1, `the module is one file of its own: ${built}`);
      for (const file of built.filter((file) => /\.(js|wasm)$/.test(file))) {
        context.diagnostic(`${name}: ${file.slice(project.folder.length + 1)} ${statSync(file).size} bytes`);
      }
      // What a page loads at once must not have the glue of the module in it.
      const early = built.filter((file) => file.endsWith(".js") && /project_started/.test(readFileSync(file, "utf8")));
      for (const file of early)
        assert.doesNotMatch(readFileSync(file, "utf8"), /indexedDB/, `${file} waits for nothing`);

      // An origin of its own: bundlers take it that theirs is the root folder.
      const origin = await openOrigin();
      context.after(() => origin.close());
      origin.serveFolder("/", join(project.folder, "dist"));
      await buildIsVisited(stage, site, name, `${origin.origin}/index.html`);
    });
  }
});

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}
