/** Triggers as a site declares them, and what events are called. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { triggersOf } from "../../../js/captures/declared.ts";
import { eventOf, TRIGGERED } from "../../../js/captures/events.ts";
import { nameOf, numberOf } from "../../../js/captures/numbers.ts";
import type { Trigger } from "../../../js/types.ts";

describe("triggers that a site declares", () => {
  const document = () => {
    const watched: unknown[][] = [];
    return { watched, ...triggersOf((...trigger) => watched.push(trigger) - 1) };
  };

  test("defaults stand in for what the site does not say", () => {
    const { watched, declared, addTrigger } = document();
    assert.equal(addTrigger({ on: "view" }), 0);
    assert.equal(addTrigger({ on: "view", percentage: 1, seconds: 0.5, repeat: true, event: "seen" }), 1);
    assert.equal(addTrigger({ on: "idle", seconds: 5, event: "away", props: { a: 1 } }), 2);
    assert.deepEqual(watched, [
      [0, 50, 1_000, false],
      [0, 1, 500, true],
      [2, 50, 5_000, false],
    ]);
    assert.deepEqual(
      [0, 1, 2].map((number) => declared.get(number)?.event),
      ["element_viewed", "seen", "away"],
    );
  });

  test("clicks and forms need no watching", () => {
    const { watched, declared, addTrigger } = document();
    const number = Number(addTrigger({ on: "click", selector: "a", event: "chosen", props: { plan: "m" } }));
    assert.deepEqual(declared.get(number), { event: "chosen", props: { plan: "m" } });
    assert.notEqual(addTrigger({ on: "submit", selector: "form", event: "sent" }), number);
    assert.deepEqual(watched, []);
  });

  test("what is wrong is named, and takes no number", () => {
    const { addTrigger } = document();
    for (const [trigger, wrong] of [
      [{ on: "hover", event: "x" }, "on must be view, click, submit, scroll, idle or time"],
      [{ event: "x" }, "on must be view, click, submit, scroll, idle or time"],
      [{ on: "view", percentage: 0 }, "percentage must be a whole number from 1 to 100"],
      [{ on: "view", percentage: "half" }, "percentage must be a whole number from 1 to 100"],
      [{ on: "scroll", event: "x" }, "percentage must be a whole number from 1 to 100"],
      [{ on: "view", seconds: 600.1 }, "seconds must be a number from 0 to 600"],
      [{ on: "idle", event: "x" }, "seconds must be a number from 5 to 1200"],
      [{ on: "time", seconds: Number.NaN, event: "x" }, "seconds must be a number from 1 to 3600"],
      [{ on: "click" }, "event must be the name of an event"],
    ] as [Partial<Trigger>, string][])
      assert.equal(addTrigger(trigger), wrong, JSON.stringify(trigger));
    assert.equal(addTrigger({ on: "view" }), 0);
  });

  test("more than 500 are silently left out", () => {
    const { addTrigger } = document();
    for (let count = 0; count < 500; count++) assert.equal(addTrigger({ on: "view" }), count);
    assert.equal(addTrigger({ on: "click", event: "x" }), "");
  });
});

describe("events of the captures' module", () => {
  test("numbers get their names, those of things in the page their own", () => {
    const form = numberOf("form", "address");
    const film = numberOf("film", "Film");
    assert.equal(numberOf("form", "another"), form, "the name stays");
    assert.deepEqual(eventOf(0, [7_000, 0, 0, 0, 0]), ["page_left", { timeOnPageMs: 7_000 }]);
    assert.deepEqual(eventOf(0, [7_000, 60, 0, 0, 0])[1], { timeOnPageMs: 7_000, scrollDepthPercent: 60 });
    assert.deepEqual(eventOf(4, [form, 0, 10, 0, 0]), [
      "form_submitted",
      { form: "address", fieldsChanged: 0, timeSpentMs: 10 },
    ]);
    assert.deepEqual(eventOf(12, [film * 2, 5, 0, 3, 0]), [
      "audio_seeked",
      { media: "Film", positionMs: 5, playedMs: 3, fromMs: 0 },
    ]);
    assert.deepEqual(eventOf(14, [film * 2 + 1, 5, 9, 3, 0]), [
      "video_ended",
      { media: "Film", positionMs: 5, durationMs: 9, playedMs: 3 },
    ]);
    assert.equal(TRIGGERED, 15);
  });

  test("the oldest names go where too many come", () => {
    const first = numberOf("first", "First");
    for (let count = 0; count < 5_000; count++) numberOf(`text ${count}`, "x");
    assert.equal(nameOf(first), undefined);
    assert.equal(nameOf(numberOf("last", "Last")), "Last");
  });
});
