/** Subresource integrity: what a page can pin of the tracker, and what becomes of a file that is another one. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe } from "node:test";
import { withoutWebAssembly } from "../support/browser.ts";
import { dist } from "../support/collector.ts";
import { expectEvents } from "../support/expect-events.ts";
import { setStage, test } from "../support/stage.ts";
import { visitUnder } from "./visit.ts";

const web = join(dist, "web");
const digest = (name: string) =>
  `sha384-${createHash("sha384")
    .update(readFileSync(join(web, name)))
    .digest("base64")}`;
const chunkName = readdirSync(web).find((name) => /^tracker-\w+\.js$/.test(name)) ?? "";
const fallbackName = readdirSync(web).find((name) => /^fallback-\w+\.js$/.test(name)) ?? "";
const OTHER = `sha384-${createHash("sha384").update("another file").digest("base64")}`;

describe("integrity", () => {
  const stage = setStage();
  const pinned = (site: string, integrity: string) =>
    stage.tag(site, `integrity="${integrity}" crossorigin="anonymous"`);
  const importMap = (pins: Record<string, string>) => {
    const { origin } = stage.collector.gate;
    const integrity = Object.fromEntries(Object.entries(pins).map(([name, digest]) => [`${origin}/${name}`, digest]));
    return `<script type="importmap">${JSON.stringify({ integrity })}</script>`;
  };

  test("a script tag with the digest of sillage.js works across origins", async () => {
    await visitUnder(stage, { html: (site) => pinned(site, digest("sillage.js")) });
  });

  test("with another digest sillage.js does not run, and the page does not hear of it", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/wrong-digest", pinned(site, OTHER));
    const visitor = await stage.newVisitor();
    const page = await visitor.openBare(url);
    assert.equal(await page.evaluate(() => window.sillage), undefined);
    assert.deepEqual(visitor.exceptions, []);
    await expectEvents(collector, site, []);
  });

  test("an import map pins all else that is loaded", async () => {
    const pins = { [chunkName]: digest(chunkName), [fallbackName]: digest(fallbackName) };
    const html = (site: string) => importMap(pins) + pinned(site, digest("sillage.js"));
    await visitUnder(stage, { html });
    await visitUnder(stage, { html, before: withoutWebAssembly });
    const loaded = stage.collector.gate.asked.filter(({ method }) => method === "GET").map(({ path }) => path);
    const pinnedPaths = ["sillage.js", ...Object.keys(pins)].map((name) => `/${name}`);
    assert.deepEqual(new Set(loaded), new Set(pinnedPaths), "nothing that no digest stands for is loaded");
  });

  for (const [what, name] of [
    ["the tracker's chunk", chunkName],
    ["the fallback", fallbackName],
  ] as const) {
    test(`${what} with another digest in the import map does not run, and the page does not hear of it`, async () => {
      const { collector, origin } = stage;
      const site = stage.newSite();
      const url = origin.serve("/wrong-import", importMap({ [name]: OTHER }) + stage.tag(site));
      const visitor = await stage.newVisitor(withoutWebAssembly);
      const page = await visitor.openBare(url);
      await page.waitForFunction(() => window.sillage);
      assert.equal(await page.evaluate(() => window.sillage?.ready.catch((error) => error.code)), "load_failed");
      assert.deepEqual(visitor.exceptions, []);
      await expectEvents(collector, site, []);
    });
  }
});
