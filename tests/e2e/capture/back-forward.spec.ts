/** Captures in a page that the browser keeps for its back button, in a Chromium of their own: Playwright's has none. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { settled, trackerReady } from "../support/browser.ts";
import { launchChromium, type RunningChromium } from "../support/engines/chromium.ts";
import { event, expectEvents, Id, pageview } from "../support/expect-events.ts";
import { setStage, test } from "../support/stage.ts";

describe("captures and the back-forward cache", () => {
  const stage = setStage();
  const profile = mkdtempSync(join(tmpdir(), "sillage-profile-"));
  let browser: RunningChromium;
  before(async () => {
    browser = await launchChromium(profile);
  });
  after(async () => {
    await browser.kill();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });

  /** Opens a page with these captures in a tab, and gives what drives it. */
  async function openKept(site: string, capture: string) {
    const url = stage.origin.serve(
      `/kept-${site}`,
      `<!doctype html>${stage.tag(site, `data-capture="${capture}"`)}<script>addEventListener("pageshow", (event) => { window.wasPersisted = event.persisted; });</script>
       <h1>Kept</h1><div style="height: 5000px"></div>`,
    );
    const other = stage.origin.serve("/other", "<!doctype html>No tracker here");
    const tab = await browser.open(url);
    await trackerReady(tab.page);
    await settled(tab.page);

    // By DevTools: Playwright does not follow a page that comes back.
    const devTools = await browser.context.newCDPSession(tab.page);
    const run = async (expression: string) =>
      (await devTools.send("Runtime.evaluate", { expression, awaitPromise: true })).result.value;
    const arrivedAt = async (address: string) => {
      while ((await run("document.readyState + location.href").catch(() => "")) !== `complete${address}`)
        await new Promise((later) => setTimeout(later, 20));
    };
    return {
      url,
      run,
      scrollTo: (y: number) =>
        run(
          `new Promise((done) => { addEventListener("scroll", () => done(), { once: true }); window.scrollTo(0, ${y}); })`,
        ),
      async leave() {
        await run(`location.href = ${JSON.stringify(other)}`);
        await arrivedAt(other);
      },
      async comeBack() {
        await run("history.back()");
        await arrivedAt(url);
        assert.equal(await run("window.wasPersisted"), true, "the page was kept, not loaded again");
      },
    };
  }

  test("a page with captures is kept, comes back as another page view, and is captured again", async () => {
    const site = stage.newSite();
    const capture = "leave scroll=50 forms links rage dead errors search idle triggers";
    const { url, run, scrollTo, leave, comeBack } = await openKept(site, capture);
    await scrollTo(4000);
    await leave();
    await comeBack();
    await scrollTo(3000);
    await run("sillage.flush()");
    await run("(async () => { while (sillage.stats().pending > 0) await new Promise((f) => setTimeout(f, 20)) })()");

    await expectEvents(stage.collector, site, [
      pageview(url, { view: "1" }),
      event("page_scrolled", { percent: 50 }, { view: "1" }),
      { correlationId: new Id("1"), webEvent: { eventName: "page_left" } },
      pageview(url, { view: "2" }),
      event("page_scrolled", { percent: 50 }, { view: "2" }),
    ]);
  });

  test("web vitals of a page that comes back are measured anew", async () => {
    const site = stage.newSite();
    const { url, run, leave, comeBack } = await openKept(site, "vitals");
    while (!stage.collector.gate.asked.some(({ path }) => path.startsWith("/vitals-")))
      await new Promise((later) => setTimeout(later, 20));
    const painted = () =>
      run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))");
    await painted();
    await leave();
    await comeBack();
    await painted();
    await leave();
    const vitals = (view: string, navigationType: string) => ({
      correlationId: new Id(view),
      webEvent: {
        eventName: "vitals_measured",
        attributes: { navigationType: { value: navigationType }, lcpMs: { dataType: "integer" } },
      },
    });
    await expectEvents(stage.collector, site, [
      pageview(url, { view: "1" }),
      vitals("1", "navigate"),
      pageview(url, { view: "2" }),
      vitals("2", "back-forward-cache"),
    ]);
  });
});
