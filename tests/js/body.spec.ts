/** Bodies of batches, of lines written by hand: what the collector makes of them is what the page has seen. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bodyOf } from "../../js/body.ts";
import { Id } from "../../js/ids.ts";
import { ENVIRONMENT, eventLine, idAt, PLACE, words } from "./support/lines.ts";
import { wholeEvents } from "./support/merge.ts";

Object.assign(globalThis, { __VERSION__: "1.2.3" });

interface Sent {
  parts?: string[];
  asked?: string[];
  visitor?: string;
  session?: string;
  epoch?: number;
}

/** The batch that the collector reads, and the text of it. */
function sent({ parts = [eventLine()], asked = [], visitor = "V", session = "S", epoch = 0 }: Sent = {}) {
  const ids: string[] = [];
  ids[Id.Visitor] = visitor;
  ids[Id.Session] = session;
  const text = `{${bodyOf("B", "shop", parts, asked, ids, epoch)}`;
  const batch = JSON.parse(text);
  return { text, batch, events: wholeEvents(batch) };
}

const AT = "2026-01-01T00:00:00.000Z";

/** The pageview of `eventLine()`, whole. */
const PAGEVIEW = {
  id: "E",
  createdDate: AT,
  customerId: "V",
  customerIdType: "cookie",
  session: { id: "S", type: "web" },
  correlationId: "P",
  eventType: "com.genesys.journey.WebEvent",
  webEvent: {
    eventName: "page_viewed",
    page: { url: "https://a.test/x", title: "X" },
    browser: { family: "Firefox" },
    device: { isMobile: false },
  },
};

const CLICK = '"webActionEvent":{"action":{"state":"engaged"},"actionMap":{"displayName":"buy"}\x1c}';

describe("the body of a batch", () => {
  test("says of which batch and site it is, by which tracker, and is open for the time of leaving", () => {
    const { text, batch } = sent();
    assert.ok(text.startsWith('{"id":"B",'), text);
    const { id, siteId, tracker, receipts } = batch;
    assert.deepEqual(
      { id, siteId, tracker, receipts },
      { id: "B", siteId: "shop", tracker: { name: "sillage", version: "1.2.3" }, receipts: [] },
    );
    assert.ok(!("counters" in batch) && !("sentAt" in batch));
  });

  test("writes once what the events of a page view share", () => {
    const { batch, events } = sent({
      parts: [eventLine(), eventLine({ id: "F", at: 1_767_225_601_234, members: '"eventName":"signed_up"' })],
    });
    assert.deepEqual(batch.events, [
      { id: "E", createdDate: AT, webEvent: { eventName: "page_viewed" } },
      { id: "F", createdDate: "2026-01-01T00:00:01.234Z", webEvent: { eventName: "signed_up" } },
    ]);
    assert.deepEqual(events, [
      PAGEVIEW,
      {
        ...PAGEVIEW,
        id: "F",
        createdDate: "2026-01-01T00:00:01.234Z",
        webEvent: { ...PAGEVIEW.webEvent, eventName: "signed_up" },
      },
    ]);
  });

  test("lets an event of another page view say the difference itself, and the next one share again", () => {
    const other = eventLine({
      id: "F",
      view: "Q",
      place: '"page":{"url":"https://a.test/y"},"referrer":{"url":"https://a.test/x"}',
      environment: ',"browser":{"family":"Chrome"}',
    });
    const { events } = sent({ parts: [eventLine(), other, eventLine({ id: "G" })] });
    assert.deepEqual(events, [
      PAGEVIEW,
      {
        ...PAGEVIEW,
        id: "F",
        correlationId: "Q",
        webEvent: {
          eventName: "page_viewed",
          // What one page says and another does not is merged: a page's members are always the same ones.
          page: { url: "https://a.test/y", title: "X" },
          referrer: { url: "https://a.test/x" },
          browser: { family: "Chrome" },
          device: { isMobile: false },
        },
      },
      { ...PAGEVIEW, id: "G" },
    ]);
  });

  test("keeps events of one page view in two sessions apart", () => {
    const { events } = sent({ parts: [eventLine({ session: "R" }), eventLine({ id: "F" })] });
    assert.deepEqual(
      events.map((it) => (it.session as { id: string }).id),
      ["R", "S"],
    );
  });

  test("has browser and device of a click within its part, and no web event", () => {
    const click = eventLine({ id: "C", word: "WebActionEvent", members: `${CLICK},"personalize":{"itemId":"42"}` });
    const { webEvent: _, ...visit } = PAGEVIEW;
    const whole = {
      ...visit,
      id: "C",
      eventType: "com.genesys.journey.WebActionEvent",
      webActionEvent: {
        action: { state: "engaged" },
        actionMap: { displayName: "buy" },
        browser: { family: "Firefox" },
        device: { isMobile: false },
      },
      personalize: { itemId: "42" },
    };
    assert.deepEqual(sent({ parts: [eventLine(), click] }).events, [PAGEVIEW, whole]);
    assert.deepEqual(sent({ parts: [click, eventLine()] }).events, [whole, PAGEVIEW], "the first one too");
    const elsewhere = eventLine({
      id: "C",
      word: "WebActionEvent",
      members: CLICK,
      view: "Q",
      environment: ',"browser":{"family":"Chrome"}',
    });
    const { webActionEvent, correlationId } = sent({ parts: [eventLine(), elsewhere] }).events[1] as typeof whole;
    assert.equal(correlationId, "Q");
    assert.deepEqual(webActionEvent, {
      action: { state: "engaged" },
      actionMap: { displayName: "buy" },
      browser: { family: "Chrome" },
    });
  });

  test("has no browser where the part of an event has none", () => {
    const outcome = eventLine({
      word: "OutcomeAchievedEvent",
      members: '"outcomeAchievedEvent":{"outcome":{"id":"O"}}',
    });
    const { webEvent: _, ...visit } = PAGEVIEW;
    assert.deepEqual(sent({ parts: [outcome] }).events, [
      {
        ...visit,
        eventType: "com.genesys.journey.OutcomeAchievedEvent",
        outcomeAchievedEvent: { outcome: { id: "O" } },
      },
    ]);
  });

  test("counts, and asks what became of other batches", () => {
    const counters = { outboxId: "O", tracked: 3, dropped: { invalid: 1 } };
    const { batch } = sent({ parts: [words("cO", JSON.stringify(counters)), eventLine()], asked: ["A", "D"] });
    assert.deepEqual(batch.counters, counters);
    assert.deepEqual(batch.receipts, ["A", "D"]);
    assert.equal(batch.events.length, 1);
  });

  test("may be nothing but a question", () => {
    const { batch } = sent({ parts: [], asked: ["A"] });
    assert.deepEqual(batch.events, []);
    assert.deepEqual(batch.receipts, ["A"]);
    assert.ok(!("defaults" in batch));
  });

  test("says which events were made before the clock was set", () => {
    const { events } = sent({ parts: [eventLine(), eventLine({ id: "F", epoch: 2 })], epoch: 2 });
    assert.deepEqual(events, [
      { ...PAGEVIEW, clockChanged: true },
      { ...PAGEVIEW, id: "F" },
    ]);
  });

  test("passes over lines that it does not know", () => {
    const { batch, events } = sent({ parts: ["z1\x1fof tomorrow", "", eventLine(), "\x1f"] });
    assert.deepEqual(events, [PAGEVIEW]);
    assert.ok(!("counters" in batch));
  });
});

describe("of whom the events of a batch are", () => {
  const who = (line: Parameters<typeof eventLine>[0], now: Sent = {}) => {
    const { customerId, customerIdType, session } = sent({ ...now, parts: [eventLine(line)] }).events[0] ?? {};
    return [customerId, customerIdType, (session as { id: string }).id];
  };

  test("a customer has type and id that the site gave", () => {
    assert.deepEqual(who({ visitor: "V=crm=42" }), ["42", "crm", "S"]);
    for (const id of ["a=b", "=", "ü𝄞", "a\u2028b", "a\x7fb", "a\xa0b"])
      assert.deepEqual(who({ visitor: `V=crm=${id}` }), [id, "crm", "S"]);
  });

  test("a customer stays who they were when somebody else came", () => {
    assert.deepEqual(who({ visitor: "V=crm=42" }, { visitor: "W=crm=43" }), ["42", "crm", "S"]);
    assert.deepEqual(who({ visitor: "V" }, { visitor: "V=crm=43" }), ["V", "cookie", "S"]);
  });

  test("an anonymous visitor has no id at all", () => {
    const { batch, events } = sent({ parts: [eventLine({ visitor: "" })], visitor: "" });
    const { customerId: _, customerIdType: __, ...anonymous } = PAGEVIEW;
    assert.deepEqual(events, [anonymous]);
    assert.ok(!JSON.stringify(batch).includes("customer"));
  });

  test("who has consented meanwhile is known, in the session of then", () => {
    assert.deepEqual(who({ visitor: "" }), ["V", "cookie", "S"]);
    assert.deepEqual(who({ visitor: "", session: "R" }), [undefined, undefined, "R"]);
  });

  test("another session keeps its visitor", () => {
    assert.deepEqual(who({ visitor: "U", session: "R" }), ["U", "cookie", "R"]);
  });

  test("two tabs that began at once settle on one visitor and session", () => {
    const at = 1_767_225_600_000;
    const [first, second, late] = [idAt(at), idAt(at + 900), idAt(at + 9_000)];
    assert.deepEqual(who({ visitor: "W", session: second }, { session: first }), ["V", "cookie", first]);
    assert.deepEqual(who({ visitor: "W=crm=42", session: second }, { session: first }), ["42", "crm", first]);
    assert.deepEqual(who({ visitor: "W", session: first }, { session: second }), ["W", "cookie", first]);
    assert.deepEqual(who({ visitor: "W", session: late }, { session: first }), ["W", "cookie", late]);
  });
});

describe("lines that are damaged", () => {
  test("give no time that cannot be", () => {
    for (const at of [
      "",
      "soon",
      "-",
      "-1",
      "-1e99",
      "1e99",
      "Infinity",
      "-Infinity",
      "NaN",
      "253402300800000",
      "0x",
    ]) {
      const [{ createdDate } = {}] = sent({ parts: [eventLine({ at })] }).events;
      assert.match(String(createdDate), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, at);
    }
    const [{ createdDate } = {}] = sent({ parts: [eventLine({ at: 253_402_300_799_999 })] }).events;
    assert.equal(createdDate, "9999-12-31T23:59:59.999Z");
  });

  test("spoil no other event of their batch, however many words they lack", () => {
    const whole = eventLine({ id: "W" });
    for (const line of [eventLine(), eventLine({ word: "WebActionEvent", members: CLICK })]) {
      const all = line.split("\x1f");
      for (let count = 0; count <= all.length; count++) {
        const damaged = all.slice(0, count).join("\x1f");
        for (const parts of [
          [damaged, whole],
          [whole, damaged],
          ["cO", damaged, whole],
        ]) {
          const { events } = sent({ parts });
          assert.deepEqual(
            events.find((it) => it.id === "W"),
            { ...PAGEVIEW, id: "W" },
            `${count} words`,
          );
        }
      }
    }
  });

  test("are events for the collector to judge, as long as they have an id", () => {
    assert.deepEqual(
      sent({ parts: ["eX", words("eY", 0, 0), words("eZ", 0, 0, "WebActionEvent")] }).events.map((it) => it.id),
      ["X", "Y", "Z"],
    );
  });

  test("with a place and no browser, or a browser and no place, are JSON", () => {
    for (const [place, environment] of [
      [PLACE, ""],
      ["", ENVIRONMENT],
      ["", ""],
    ] as const)
      assert.equal(
        sent({ parts: [eventLine(), eventLine({ id: "F", view: "Q", place, environment })] }).events.length,
        2,
      );
  });
});
