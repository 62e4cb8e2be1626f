/** The inline stub, and what becomes of it once the loader is there. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe } from "node:test";
import { root } from "../support/collector.ts";
import { BUTTONS, builtStub, earlyPages, LOADER, selectors, stub } from "../support/early.ts";
import { click, event, expectEvents, pageview } from "../support/expect-events.ts";
import { setStage, test } from "../support/stage.ts";

const quickStart = readFileSync(join(root, "docs/quick-start.md"), "utf8");

describe("the inline stub", () => {
  const stage = setStage();
  const { holdBack, openEarly, trackerTookOver } = earlyPages(stage);

  test("with a content security policy the stub needs the nonce and nothing else", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const policy = `default-src 'none'; script-src 'nonce-x1y2' ${collector.gate.origin} 'wasm-unsafe-eval'; connect-src ${collector.gate.origin}`;
    const meta = `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
    const letThrough = holdBack(LOADER);
    const url = origin.serve("/policy", `${meta}${stub(site, { nonce: "x1y2" })}${stage.tag(site)}${BUTTONS}`);
    const visitor = await stage.newVisitor();
    const page = await openEarly(visitor, url);
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    await page.click("text=One");
    letThrough();
    await trackerTookOver(page);
    await expectEvents(collector, site, [pageview(url), click(selectors[0] ?? "")], { pages: [page] });
    assert.deepEqual(complaints, []);
    assert.deepEqual(visitor.exceptions, []);
  });

  test("sillage('track', ...) and sillage.track(...) do the same, before the loader is there and after", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const letThrough = holdBack(LOADER);
    const [, callable = ""] = /^(<script>\(\(\)=>\{let it=.*?<\/script>)$/ms.exec(quickStart) ?? [];
    const url = origin.serve("/callable", `${stub(site)}${callable}${stage.tag(site)}`);
    const visitor = await stage.newVisitor();
    const page = await openEarly(visitor, url);
    await page.waitForFunction(() => window.sillage);
    const call = (n: number) =>
      page.evaluate((n) => {
        const sillage = window.sillage as unknown as ((...given: unknown[]) => void) & {
          track(...given: unknown[]): void;
        };
        sillage("track", "called", { n });
        sillage.track("called", { n: n + 1 });
        sillage("nothing", 1);
      }, n);
    await call(1);
    letThrough();
    await trackerTookOver(page);
    await call(3);
    const rows = [1, 2, 3, 4].map((n) => event("called", { n }, { view: "one", visitor: "me" }));
    await expectEvents(collector, site, [pageview(url, { view: "one", visitor: "me" }), ...rows], { pages: [page] });
    assert.deepEqual(visitor.exceptions, []);
  });

  test("who holds on to the stub goes on being heard", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/held", `${stub(site)}<script>window.held = window.sillage</script>${stage.tag(site)}`);
    const page = await openEarly(await stage.newVisitor(), url);
    await trackerTookOver(page);
    await page.evaluate(() => {
      const { track } = (window as unknown as { held: { track(name: string, props: object): void } }).held;
      track("held", { n: 1 });
    });
    await expectEvents(collector, site, [pageview(url), event("held", { n: 1 })], { pages: [page] });
  });

  test("the stub takes whatever is passed to it", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const letThrough = holdBack(LOADER);
    const url = origin.serve("/strange", `${stub(site)}${stage.tag(site)}`);
    const visitor = await stage.newVisitor();
    const page = await openEarly(visitor, url);
    await page.evaluate(() => {
      const { track } = window.sillage as unknown as { track(...args: unknown[]): void };
      const cyclic: Record<string, unknown> = { ok: 1 };
      cyclic.cycle = cyclic;
      track("cyclic", cyclic);
      track("big", { big: 1n });
      track("a\u001fb", { ok: 1 });
      track(Symbol("name"));
      track("number", 42);
      track("none");
    });
    letThrough();
    await trackerTookOver(page);
    const names = ["cyclic", "big", "a\u001fb", "Symbol(name)", "number", "none"];
    const ok = event("a\u001fb", { ok: 1 });
    await expectEvents(
      collector,
      site,
      [pageview(url), ...names.map((name) => (name === "a\u001fb" ? ok : event(name)))],
      {
        pages: [page],
      },
    );
    assert.deepEqual(visitor.exceptions, []);
  });

  test("the snippet in the documentation is the one that was built", () => {
    assert.ok(quickStart.includes(`<script>${builtStub}</script>`), "docs/quick-start.md holds dist/web/stub.js");
    return Promise.resolve();
  });
});
