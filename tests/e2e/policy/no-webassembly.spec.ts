/** Browsers without WebAssembly, as with some lockdown modes: the same module as a script does the same. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { settled, trackerReady, withoutWebAssembly } from "../support/browser.ts";
import { dist } from "../support/collector.ts";
import { event, expectEvents, pageview } from "../support/expect-events.ts";
import { setStage, test } from "../support/stage.ts";
import { visitUnder } from "./visit.ts";

describe("no WebAssembly", () => {
  const stage = setStage();
  const asked = (part: string) => stage.collector.gate.asked.filter(({ path }) => path.includes(part)).length;

  test("the same events arrive, by the script that stands in for the module", async () => {
    await visitUnder(stage, { html: stage.tag, before: withoutWebAssembly });
    assert.equal(asked("/fallback-"), 1);
  });

  test("where there is WebAssembly the script is not fetched", async () => {
    if (process.env.SILLAGE_MODULE === "js") return;
    await visitUnder(stage, { html: stage.tag });
    assert.equal(asked("/fallback-"), 0);
  });

  test("a burst larger than the memory that it begins with arrives unharmed", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/growing", stage.tag(site));
    const visitor = await stage.newVisitor(withoutWebAssembly);
    const page = await visitor.open(url);
    // 240 KB; of its 1,088 KiB at the start all but some 60 are stack.
    const text = (n: number) => `${n} ${"é".repeat(2_000)}`;
    await page.evaluate(() => {
      for (let n = 0; n < 60; n++) window.sillage?.track("large", { text: `${n} ${"é".repeat(2_000)}` });
    });
    const large = Array.from({ length: 60 }, (_, n) => event("large", { text: text(n) }));
    await expectEvents(collector, site, [pageview(url), ...large], { pages: [page] });
    assert.deepEqual(visitor.exceptions, []);
  });

  test("visitor and session are the same with and without it", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/either", stage.tag(site));
    const visitor = await stage.newVisitor(() => {
      if (location.search) Reflect.deleteProperty(window, "WebAssembly");
    });
    const page = await visitor.open(url);
    await settled(page);
    await page.goto(`${url}?without`);
    await settled(page);
    await page.goto(url);
    const visit = { session: "one", visitor: "me" };
    await expectEvents(
      collector,
      site,
      [
        pageview(url, { ...visit, view: "1", totals: [1, 1] }),
        pageview(`${url}?without`, { ...visit, view: "2", totals: [2, 2] }),
        pageview(url, { ...visit, view: "3", totals: [3, 3] }),
      ],
      { pages: [page] },
    );
    assert.deepEqual(visitor.exceptions, []);
  });

  test("the npm package too, as its files stand", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    origin.serveFolder("/npm/", `${dist}/npm`);
    const script = `import { init } from "/npm/index.js";
      window.sillage = init({ site: "${site}", endpoint: "${collector.gate.origin}" });
      window.sillage.track("seen");`;
    const url = origin.serve("/npm-page", `<script type="module">${script}</script>`);
    const visitor = await stage.newVisitor(withoutWebAssembly);
    const page = await visitor.openBare(url);
    await trackerReady(page);
    await expectEvents(collector, site, [pageview(url), event("seen")], { pages: [page] });
    assert.deepEqual(visitor.exceptions, []);
  });
});
