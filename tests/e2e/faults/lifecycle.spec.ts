/**
 * What browsers do with pages besides loading and leaving them: keep them for the back button, freeze,
 * duplicate them. And pages that share an origin with another site, or another tracker.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { settled, trackerReady } from "../support/browser.ts";
import { dist } from "../support/collector.ts";
import { type ChromiumTab, launchChromium, type RunningChromium } from "../support/engines/chromium.ts";
import { event, expectEvents, pageview } from "../support/expect-events.ts";
import { asTheCollector, type Handler } from "../support/gate.ts";
import { setStage, test } from "../support/stage.ts";
import { newTally, type Tally } from "./tally.ts";

describe("lifecycle", () => {
  const stage = setStage();
  const profile = mkdtempSync(join(tmpdir(), "sillage-profile-"));
  // Not the suite's: Playwright starts browsers without back-forward cache.
  let browser: RunningChromium;
  const exceptions: string[] = [];
  before(async () => {
    browser = await launchChromium(profile);
    browser.context.on("weberror", (thrown) => exceptions.push(String(thrown.error().stack ?? thrown.error())));
  });
  after(async () => {
    await browser.kill();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });

  /** A test whose pages throw nothing, and send no event again that was stored. */
  function cleanTest(name: string, body: (site: string, tally: Tally) => Promise<void>) {
    test(name, async () => {
      exceptions.length = 0;
      const site = stage.newSite();
      const tally = newTally();
      stage.answerFor(site, tally.counted(asTheCollector));
      try {
        await body(site, tally);
      } finally {
        for (const page of browser.context.pages()) if (page.url() !== "about:blank") await page.close();
      }
      assert.deepEqual(exceptions, []);
      assert.equal(tally.deliveredAgain, 0, "events sent again after they were stored");
    });
  }

  const track = (tab: ChromiumTab, n: number) => tab.run((n) => window.sillage?.track("seen", { n }), n);

  for (const isBusy of [false, true]) {
    const when = isBusy ? " with a request on its way" : "";
    cleanTest(`a page that goes into the back-forward cache${when} comes back and goes on`, async (site, tally) => {
      const { collector, origin } = stage;
      const note = `<script>addEventListener("pageshow", (event) => { window.wasPersisted = event.persisted; });</script>`;
      const url = origin.serve("/kept", note + stage.tag(site));
      const other = origin.serve("/other", "<!doctype html>No tracker here");
      const tab = await browser.open(url);
      // The page view is not the request that is held back: it would be on its way for too long.
      await settled(tab.page);
      let letGo = () => {};
      if (isBusy) {
        const held = new Promise<void>((go) => {
          letGo = go;
        });
        const late: Handler = async (_, forward) => {
          await held;
          return forward();
        };
        stage.answerFor(site, tally.counted(late));
        await track(tab, 0);
        await tab.run(() => window.sillage?.flush());
        await collector.gate.wasAsked(({ body }) => body.includes('"seen"'));
      }
      await track(tab, 1);

      // By its own scripts and DevTools: Playwright does not follow a page that comes back.
      const devTools = await browser.context.newCDPSession(tab.page);
      const run = async (expression: string) =>
        (await devTools.send("Runtime.evaluate", { expression, awaitPromise: true })).result.value;
      const arrivedAt = async (address: string) => {
        while ((await run("document.readyState + location.href").catch(() => "")) !== `complete${address}`)
          await new Promise((later) => setTimeout(later, 20));
      };
      await run(`location.href = ${JSON.stringify(other)}`);
      await arrivedAt(other);
      letGo();
      await run("history.back()");
      await arrivedAt(url);
      const reasons = await run(
        "JSON.stringify(performance.getEntriesByType('navigation')[0].notRestoredReasons ?? null)",
      );
      assert.equal(reasons, "null", "why the page was not kept");
      assert.equal(await run("window.wasPersisted"), true, "the page was kept, not loaded again");
      await run(`sillage.track("seen", { n: 2 }); sillage.flush()`);
      await run("(async () => { while (sillage.stats().pending > 0) await new Promise((f) => setTimeout(f, 20)) })()");
      const visit = { session: "one", visitor: "me", url };
      const again = { ...visit, view: "2" };
      await expectEvents(collector, site, [
        pageview(url, { ...visit, view: "1" }),
        ...(isBusy ? [0, 1] : [1]).map((n) => event("seen", { n }, { ...visit, view: "1" })),
        pageview(url, again),
        event("seen", { n: 2 }, again),
      ]);
    });
  }

  cleanTest("a frozen page holds nobody up, and what it had arrives once", async (site) => {
    const { collector, origin } = stage;
    const url = origin.serve("/frozen", stage.tag(site));
    const next = origin.serve("/awake", stage.tag(site));
    const visit = { session: "one", visitor: "me" };
    const frozen = await browser.open(url);
    await settled(frozen.page);
    const awake = await browser.open(next);
    await settled(awake.page);
    const devTools = await browser.context.newCDPSession(frozen.page);
    await frozen.run(() => {
      for (let n = 0; n < 20; n++) window.sillage?.track("seen", { n });
    });
    await devTools.send("Page.setWebLifecycleState", { state: "frozen" });
    await awake.run(() => {
      for (let n = 20; n < 25; n++) window.sillage?.track("seen", { n });
    });
    await settled(awake.page);
    const numbers = () => collector.rows(site).flatMap(({ event }) => numberOf(event.webEvent) ?? []);
    const areThere = await collector.until(() => [20, 21, 22, 23, 24].every((n) => numbers().includes(n)), 8_000);
    assert.ok(areThere, "another tab delivers beside it");
    await devTools.send("Page.setWebLifecycleState", { state: "active" });
    const first = { ...visit, view: "1", url };
    const second = { ...visit, view: "2", url: next };
    const seen = (from: number, to: number, facts: object) =>
      Array.from({ length: to - from }, (_, n) => event("seen", { n: from + n }, facts));
    await expectEvents(
      collector,
      site,
      [pageview(url, first), pageview(next, second), ...seen(0, 20, first), ...seen(20, 25, second)],
      { pages: [frozen.page, awake.page] },
    );
  });

  cleanTest("a tab that was duplicated, with its sessionStorage, is a second tab of the same visit", async (site) => {
    const { collector, origin } = stage;
    const url = origin.serve("/twin", stage.tag(site));
    const tab = await browser.open(url);
    await settled(tab.page);
    const opened = browser.context.waitForEvent("page");
    await tab.run(() => {
      sessionStorage.setItem("copied", "yes");
      window.sillage?.track("seen", { n: 1 });
      window.open(location.href);
    });
    const twin = await opened;
    await trackerReady(twin);
    assert.equal(await twin.evaluate(() => sessionStorage.getItem("copied")), "yes", "it is a copy");
    await twin.evaluate(() => window.sillage?.track("seen", { n: 2 }));
    await tab.run(() => window.sillage?.track("seen", { n: 3 }));
    const visit = { session: "one", visitor: "me", url };
    await expectEvents(
      collector,
      site,
      [
        pageview(url, { ...visit, view: "1", totals: [1, 1] }),
        event("seen", { n: 1 }, { ...visit, view: "1" }),
        pageview(url, { ...visit, view: "2", referrer: url }),
        event("seen", { n: 2 }, { ...visit, view: "2" }),
        event("seen", { n: 3 }, { ...visit, view: "1" }),
      ],
      { pages: [tab.page, twin] },
    );
  });

  /** Serves the tracker as another version would be: under another path, with another name and text of its module's script. */
  function serveOtherVersion(path: string): string {
    const folder = join(dist, "web");
    const names = readdirSync(folder);
    const glue = names.find((name) => /^tracker-.*\.js$/.test(name));
    assert.ok(glue);
    const text = (name: string) => readFileSync(join(folder, name), "utf8");
    const renamed = glue.replace("tracker-", "tracker-next-");
    stage.origin.serve(`${path}/${renamed}`, `${text(glue)}\n/* the next version */`);
    stage.origin.serveFolder(`${path}/`, folder);
    return stage.origin.serve(`${path}/sillage.js`, text("sillage.js").replaceAll(glue, renamed));
  }

  cleanTest("two versions of the tracker, in two tabs at once, do not disturb each other", async (site) => {
    const { collector, origin } = stage;
    const otherScript = serveOtherVersion("/next-version");
    const otherTag = stage
      .tag(site, `data-endpoint="${collector.gate.origin}"`)
      .replace(/src="[^"]*"/, `src="${otherScript}"`);
    const url = origin.serve("/this-version", stage.tag(site));
    const next = origin.serve("/that-version", otherTag);
    const tabs = [await browser.open(url), await browser.open(next)];
    await Promise.all(tabs.map(({ page }) => trackerReady(page)));
    for (let n = 0; n < 20; n++) await track(tabs[n % 2] as ChromiumTab, n);
    const visit = { session: "one", visitor: "me" };
    const views = [
      { ...visit, view: "1", url },
      { ...visit, view: "2", url: next },
    ];
    await expectEvents(
      collector,
      site,
      [
        ...views.map((view) => pageview(view.url, view)),
        ...Array.from({ length: 20 }, (_, n) => event("seen", { n }, views[n % 2])),
      ],
      { pages: tabs.map(({ page }) => page) },
    );
  });

  cleanTest("a later version that raises the database's version is let, and events go on", async (site) => {
    const { collector, origin } = stage;
    const url = origin.serve("/raised", stage.tag(site));
    const tab = await browser.open(url);
    await settled(tab.page);
    const raised = await tab.run(async (site) => {
      const { name, version } =
        (await indexedDB.databases()).find((it) => it.name?.startsWith(`sillage:${site}`)) ?? {};
      if (!name || !version) return "there is no database";
      return new Promise<string>((ended) => {
        const opening = indexedDB.open(name, version + 1);
        opening.onblocked = () => ended("the tracker holds on to its database");
        opening.onsuccess = () => {
          opening.result.close();
          ended("raised");
        };
      });
    }, site);
    assert.equal(raised, "raised");
    await track(tab, 1);
    await settled(tab.page);
    await track(tab, 2);
    const next = origin.serve("/raised-next", stage.tag(site));
    await tab.goTo(next);
    await expectEvents(
      collector,
      site,
      [pageview(url), event("seen", { n: 1 }), event("seen", { n: 2 }), pageview(next)],
      { pages: [tab.page] },
    );
  });

  cleanTest("what another version has left in the database, and nobody here understands, stays there", async (site) => {
    const { collector, origin } = stage;
    const url = origin.serve("/unknown", stage.tag(site));
    const tab = await browser.open(url);
    await settled(tab.page);
    /** Writes, or reads, a line of a kind that does not exist. */
    const unknownLine = (isWriting: boolean) =>
      tab.run(
        async (site, isWriting) => {
          const { name } = (await indexedDB.databases()).find((it) => it.name?.startsWith(`sillage:${site}`)) ?? {};
          if (!name) return "there is no database";
          return new Promise<string>((ended) => {
            const opening = indexedDB.open(name);
            opening.onsuccess = () => {
              const store = opening.result.transaction("lines", "readwrite").objectStore("lines");
              if (isWriting) store.put("zfuture\u001fof no use today", "zfuture");
              const reading = store.get("zfuture");
              reading.onsuccess = () => {
                opening.result.close();
                ended(String(reading.result));
              };
            };
          });
        },
        site,
        isWriting,
      );
    assert.equal(await unknownLine(true), "zfuture\u001fof no use today");
    await track(tab, 1);
    await settled(tab.page);
    await tab.goTo(url);
    await settled(tab.page);
    assert.equal(await unknownLine(false), "zfuture\u001fof no use today");
    await expectEvents(collector, site, [pageview(url), event("seen", { n: 1 }), pageview(url)]);
  });

  cleanTest("two sites in one page stay apart", async (site) => {
    const { collector, origin } = stage;
    const other = stage.newSite();
    origin.serveFolder("/npm/", join(dist, "npm"));
    const script = `<script type="module">
      import { init } from "/npm/index.js";
      window.other = init({ site: "${other}", endpoint: "${collector.gate.origin}" });
    </script>`;
    const url = origin.serve("/two-sites", stage.tag(site) + script);
    const tab = await browser.open(url);
    await trackerReady(tab.page);
    await tab.run(async () => {
      const { other, sillage } = window as unknown as Record<string, NonNullable<typeof window.sillage>>;
      await other?.ready;
      for (let n = 0; n < 10; n++) (n % 2 ? other : sillage)?.track("seen", { n });
      other?.flush();
      while ((other?.stats().pending ?? 0) > 0) await new Promise((later) => setTimeout(later, 20));
    });
    const of = (parity: number, visitor: string) => {
      const facts = { session: visitor, visitor, view: "1", url };
      return [pageview(url, facts), ...[0, 2, 4, 6, 8].map((n) => event("seen", { n: n + parity }, facts))];
    };
    const [here] = await expectEvents(collector, site, of(0, "here"), { pages: [tab.page] });
    const [there] = await expectEvents(collector, other, of(1, "there"));
    assert.notEqual(here?.customerId, there?.customerId, "each site has its own visitor");
  });

  cleanTest(
    "two sites of one origin in two tabs stay apart, and neither sends what the other left",
    async (site, tally) => {
      const { collector, origin } = stage;
      const other = stage.newSite();
      const url = origin.serve("/site-a", stage.tag(site));
      const elsewhere = origin.serve("/site-b", stage.tag(other));
      let isDown = true;
      stage.answerFor(
        site,
        tally.counted(async (_, forward) => (isDown ? undefined : forward())),
      );
      const [a, b] = [await browser.open(url), await browser.open(elsewhere)];
      await Promise.all([a, b].map(({ page }) => trackerReady(page)));
      for (let n = 0; n < 10; n++) await track(n % 2 ? b : a, n);
      await a.close();
      await settled(b.page);
      isDown = false;
      const again = await browser.open(url);
      const numbers = (parity: number) => [0, 2, 4, 6, 8].map((n) => event("seen", { n: n + parity }));
      await expectEvents(collector, site, [pageview(url), ...numbers(0), pageview(url)], { pages: [again.page] });
      await expectEvents(collector, other, [pageview(elsewhere), ...numbers(1)], { pages: [b.page] });
      assert.equal(tally.deliveredAgain, 0);
    },
  );
});

const numberOf = (webEvent: unknown): number | undefined => {
  const { attributes } = (webEvent ?? {}) as { attributes?: Record<string, { value: string }> };
  return attributes?.n ? Number(attributes.n.value) : undefined;
};
