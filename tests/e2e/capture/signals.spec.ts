/** The shop's page of sound signals: recordings, what is seen, buttons that do nothing or fail, idle time and web vitals. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { settled } from "../support/browser.ts";
import { click, event, expectEvents, Id, pageview } from "../support/expect-events.ts";
import { setStage, test } from "../support/stage.ts";

describe("the shop's sound signals", () => {
  const stage = setStage();

  test("a visitor listens, sees the rules, presses what does nothing and what fails, and rests", async () => {
    const shop = `${stage.collector.gate.origin}/shop`;
    const visitor = await stage.newVisitor();
    await visitor.context.clock.install();
    const page = await visitor.open(`${shop}/signals.html`);
    const { clock } = visitor.context;
    while (!stage.collector.gate.asked.some(({ path }) => path.startsWith("/vitals-"))) await page.waitForTimeout(20);
    await page.waitForLoadState("networkidle");
    // From here on time passes when it is told to.
    await clock.pauseAt(await page.evaluate(() => Date.now() + 2_000));

    await page.evaluate(async () => {
      const horn = document.querySelector("#one-long") as HTMLAudioElement;
      const heard = (type: string) => new Promise((resolve) => horn.addEventListener(type, resolve, { once: true }));
      horn.muted = true;
      horn.play();
      await heard("playing");
      horn.pause();
      await heard("pause");
    });
    await page.evaluate(async () => {
      const lamp = document.querySelector("#lamp") as Element;
      lamp.scrollIntoView({ behavior: "instant", block: "center" });
      // Told after the scroll event, which would count as what the click did.
      await new Promise<void>((seen) => new IntersectionObserver(([it]) => it?.isIntersecting && seen()).observe(lamp));
    });
    await page.click("#lamp");
    await clock.runFor(4_000);
    await page.click("#reckon", { clickCount: 3 });
    await page.evaluate(async () => {
      const rules = document.querySelector("#rules") as Element;
      rules.scrollIntoView({ behavior: "instant" });
      // Told after the tracker's, which is older.
      await new Promise((told) => new IntersectionObserver(told).observe(rules));
    });
    await page.click("#more-signals");
    await clock.runFor(60_000);
    await clock.resume();
    await settled(page);
    await page.goto(`${shop}/guide.html`);

    const view = "signals";
    const pressed = (name: string, id: string) => click(name, { view, also: { id: new Id(id) } });
    const after = (id: string, name: string, attributes: Record<string, unknown>) =>
      event(name, attributes, { also: { correlationId: new Id(id) } });
    const failed = (id: string) =>
      after(id, "error_clicked", {
        element: "#reckon",
        kind: "RangeError",
        message: "the range of this horn is not known",
      });
    const audio = (eventName: string) => ({
      correlationId: new Id(view),
      webEvent: { eventName, attributes: { media: { value: "One long blast" } } },
    });
    const seen = (signal: string) => ({
      correlationId: new Id(view),
      webEvent: { eventName: "signal_seen", attributes: { signal: { value: signal } } },
    });
    await expectEvents(
      stage.collector,
      "shop",
      [
        pageview(`${shop}/signals.html`, { view }),
        seen("one-long"),
        seen("two-long"),
        audio("audio_played"),
        audio("audio_paused"),
        pressed("#lamp", "lamp"),
        after("lamp", "dead_clicked", { element: "#lamp" }),
        pressed("#reckon", "one"),
        { correlationId: new Id(view), webEvent: { eventName: "error_occurred" } },
        failed("one"),
        pressed("#reckon", "two"),
        failed("two"),
        pressed("#reckon", "three"),
        after("three", "rage_clicked", { element: "#reckon" }),
        failed("three"),
        event("rules_seen", { element: "rules" }, { view }),
        pressed("more-signals", "more"),
        after("more", "signals_asked", { element: "more-signals", from: "signals" }),
        { correlationId: new Id(view), webEvent: { eventName: "vitals_measured" } },
        pageview(`${shop}/guide.html`),
        event("signals_read", {}, { view }),
        event("visitor_idled", { idleSeconds: 30 }, { view }),
      ],
      { pages: [page], order: "stored", timed: ["signals_read", "visitor_idled"] },
    );
    assert.equal(visitor.exceptions.length, 3, "the page's own errors go where they went");
    assert.deepEqual(visitor.trackerSaid, []);
  });
});
