/** Service workers that intercept everything: whatever they answer, each event is stored once. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Page } from "playwright-core";
import { newTally } from "../faults/tally.ts";
import { trackerReady } from "../support/browser.ts";
import { event, expectEvents, pageview } from "../support/expect-events.ts";
import { asTheCollector, isBatch } from "../support/gate.ts";
import { setStage, test } from "../support/stage.ts";

/** Answers batches as its address says, or as it was told since, and passes everything else through. */
const WORKER = `
  let mode = new URL(location.href).searchParams.get("mode");
  const page = () => new Response("<h1>You are offline</h1>", { headers: { "content-type": "text/html" } });
  const answers = {
    passes: (request) => fetch(request),
    answers: async () => page(),
    forwards: async (request) => (await fetch(request), page()),
    fails: async () => Response.error(),
    throws: async () => { throw new Error("a bug of the worker's"); },
  };
  addEventListener("install", () => skipWaiting());
  addEventListener("activate", (event) => event.waitUntil(clients.claim()));
  addEventListener("message", ({ data, ports: [port] }) => {
    mode = data;
    port.postMessage("done");
  });
  addEventListener("fetch", (event) => {
    event.respondWith(event.request.method === "POST" ? answers[mode](event.request) : fetch(event.request));
  });`;

describe("service worker", () => {
  const stage = setStage();

  /** From now on the site's pages are controlled by a worker of this mode. */
  const control = (page: Page, mode: string) =>
    page.evaluate(async (mode) => {
      const controlled = new Promise((changed) =>
        navigator.serviceWorker.addEventListener("controllerchange", changed, { once: true }),
      );
      await navigator.serviceWorker.register(`worker.js?mode=${mode}`);
      await controlled;
    }, mode);

  /** A new worker instead would wait until the old one has nothing to do. */
  const change = (page: Page, mode: string) =>
    page.evaluate(
      (mode) =>
        new Promise((changed) => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = changed;
          navigator.serviceWorker.controller?.postMessage(mode, [port2]);
        }).then(() => undefined),
      mode,
    );

  for (const [mode, what] of [
    ["passes", "that passes everything on"],
    ["answers", "that answers batches with a page of its own"],
    ["forwards", "that passes batches on and answers with a page of its own"],
    ["fails", "that answers batches with a network error"],
    ["throws", "that has a bug"],
  ] as const) {
    test(`a worker ${what}: nothing is lost and nothing comes twice, on a page that stays and one that is left`, async () => {
      const { collector, origin } = stage;
      const site = stage.newSite();
      const tally = newTally();
      stage.answerFor(site, tally.counted(asTheCollector));
      origin.serve(`/${site}/worker.js`, WORKER);
      const begin = origin.serve(`/${site}/begin`, "no tracker here");
      const first = origin.serve(`/${site}/first`, stage.tag(site));
      const next = origin.serve(`/${site}/next`, stage.tag(site));
      const visitor = await stage.newVisitor();
      const page = await visitor.openBare(begin);
      await control(page, mode);

      const answered = new Promise((came) => {
        const goesToBatches = (url: string) => url.includes("/v1/batches");
        page.on("requestfinished", (request) => goesToBatches(request.url()) && came(true));
        page.on("requestfailed", (request) => goesToBatches(request.url()) && came(true));
      });
      await page.goto(first);
      assert.ok(await page.evaluate(() => navigator.serviceWorker.controller), "the page is controlled");
      await trackerReady(page);
      await page.evaluate(() => {
        window.sillage?.track("seen", { n: 1 });
        window.sillage?.flush();
      });
      await answered;
      await page.evaluate((next) => {
        window.sillage?.track("seen", { n: 2 });
        location.href = next;
      }, next);
      await page.waitForURL(next);
      await trackerReady(page);
      await change(page, "passes");

      const visit = { session: "one", visitor: "me" };
      const one = { ...visit, view: "1", url: first };
      await expectEvents(
        collector,
        site,
        [
          pageview(first, one),
          event("seen", { n: 1 }, one),
          event("seen", { n: 2 }, one),
          pageview(next, { ...visit, view: "2" }),
        ],
        { pages: [page] },
      );
      // A page that is left cannot ask any more: it sends the batch again that was not confirmed, which was its first one.
      const bodies = collector.gate.asked.filter(isBatch).map(({ body }) => JSON.parse(body));
      const { events } = bodies.find(({ siteId }) => siteId === site);
      const most = mode === "forwards" ? events.length : 0;
      assert.ok(tally.deliveredAgain <= most, "what was stored is asked for, not sent again");
      assert.deepEqual(visitor.exceptions, []);
    });
  }
});
