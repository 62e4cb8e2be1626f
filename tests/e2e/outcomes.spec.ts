/** What each answer leads to: the table in docs/delivery.md, row by row. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe } from "node:test";
import { root } from "./support/collector.ts";
import { event, expectEvents } from "./support/expect-events.ts";
import { type Answered, type Asked, answer } from "./support/gate.ts";
import { setStage, test } from "./support/stage.ts";

/** What the first request that carries events is answered. */
interface Outcome {
  /** Takes the request's place; `forward` asks the collector. */
  first(asked: Asked, forward: () => Promise<Answered>): Promise<Answered | undefined>;
  /** Requests that follow: `ask` for the receipt, `again` with the same id, `parts` with fewer events each; nothing. */
  follows: ("ask" | "again" | "parts")[];
  /** Events stored at the end, of two. */
  stored?: number;
  /** Least time until the next request, in milliseconds. */
  waitMs?: number;
}

const idOf = ({ body }: Asked) => (JSON.parse(body) as { id: string }).id;
/** As the collector allows pages of other origins to see it. */
const EXPOSED = { "access-control-expose-headers": "retry-after" };
const soon = () => new Date(Date.now() + 4_000).toUTCString();
const status = (code: number, json: unknown = {}, headers = {}): Outcome => ({
  first: async () => answer(code, json, headers),
  follows: ["ask", "again"],
});

const OUTCOMES: Record<string, Outcome> = {
  "200 with the batch's id": { first: (_, forward) => forward(), follows: [] },
  "200 with the batch's id and rejected events": {
    first: async (asked) => answer(200, { id: idOf(asked), stored: 1, duplicates: 0, rejected: [{ code: "x" }] }),
    follows: [],
    stored: 0,
  },
  "400 with the batch's id": {
    first: async (asked) => answer(400, { id: idOf(asked), code: "too_deep" }),
    follows: [],
    stored: 0,
  },
  "400 without the batch's id": status(400, { code: "unreadable" }),
  "200 with another id": status(200, { id: "01a20143-a0d4-723c-afba-144bfdab86c1", stored: 2 }),
  "200 that is not JSON": {
    first: async () => ({ ...answer(200, {}), body: Buffer.from("<h1>Welcome to our network</h1>") }),
    follows: ["ask", "again"],
  },
  "204 without a body": {
    first: async () => ({ ...answer(204, {}), body: Buffer.alloc(0) }),
    follows: ["ask", "again"],
  },
  "302 to another page": status(302, {}, { location: "/healthz" }),
  "401": status(401),
  "403": status(403),
  "404": status(404),
  "413": { first: async () => answer(413, {}), follows: ["parts", "parts"] },
  "429 with Retry-After in seconds": { ...status(429, {}, { ...EXPOSED, "retry-after": "3" }), waitMs: 3_000 },
  "503 with Retry-After as a date": {
    first: async () => answer(503, {}, { ...EXPOSED, "retry-after": soon() }),
    follows: ["ask", "again"],
    waitMs: 2_500,
  },
  "500": status(500),
  "502 after the batch was stored": {
    first: async (_, forward) => {
      await forward();
      return answer(502, {});
    },
    follows: ["ask"],
  },
  "the connection is refused": { first: async () => undefined, follows: ["ask", "again"] },
  "the connection is cut before the answer": {
    first: async (_, forward) => void (await forward()),
    follows: ["ask"],
  },
  "no answer within 10 seconds": { first: () => new Promise(() => {}), follows: ["ask", "again"], waitMs: 9_500 },
};

/** What a request is to the one that was not answered as usual. */
function kindOf(asked: Asked, first: Asked): "ask" | "again" | "parts" {
  const { id, events, receipts } = JSON.parse(asked.body) as { id: string; events: unknown[]; receipts: string[] };
  if (id === idOf(first)) return "again";
  if (events.length === 0 && receipts.includes(idOf(first))) return "ask";
  return "parts";
}

describe("outcomes", { concurrency: 5 }, () => {
  const stage = setStage({ isShared: true });
  const rows = [...readFileSync(join(root, "docs/delivery.md"), "utf8").matchAll(/^\| (.*?) \| (.*?) \|$/gm)];
  const documented = rows.filter(([, , leads]) => /^(settled|counted|in doubt|split)/.test(leads ?? ""));

  test("every answer in the documentation is tried here, and leads to what it says", async () => {
    assert.deepEqual(documented.map(([, name]) => name).sort(), Object.keys(OUTCOMES).sort());
    for (const [, name = "", leads = ""] of documented) {
      const { follows, stored = 2, waitMs } = OUTCOMES[name] as Outcome;
      const words = { ask: "in doubt", parts: "split", again: "" }[follows[0] ?? "again"];
      assert.ok(leads.startsWith(words || (stored ? "settled" : "")), `${name}: ${leads}`);
      if (waitMs && !name.startsWith("no answer")) assert.match(leads, /after that time/);
    }
  });

  for (const [name, { first, follows, stored = 2, waitMs = 0 }] of Object.entries(OUTCOMES)) {
    test(name, async () => {
      const { collector, origin } = stage;
      const site = stage.newSite();
      collector.gate.keepsConnections = false;
      const asked: { asked: Asked; at: number }[] = [];
      stage.answerFor(site, async (request, forward) => {
        asked.push({ asked: request, at: Date.now() });
        return asked.length === 1 ? first(request, forward) : forward();
      });
      const url = origin.serve(`/outcome-${site}`, stage.tag(site, 'data-pageviews="false"'));
      const page = await (await stage.newVisitor()).open(url);
      await page.evaluate(() => {
        for (const n of [1, 2]) window.sillage?.track("step_taken", { n });
        window.sillage?.flush();
      });
      await page.waitForFunction(() => window.sillage?.stats().pending === 0, undefined, {
        polling: 50,
        timeout: 40_000,
      });
      await expectEvents(
        collector,
        site,
        [1, 2].slice(0, stored).map((n) => event("step_taken", { n })),
      );
      const [unanswered, ...following] = asked;
      const told = following.map(({ asked }) => kindOf(asked, (unanswered as { asked: Asked }).asked));
      // Asked once more where the request may still have been under way.
      const changes = told.filter((it, n) => it !== "ask" || told[n - 1] !== "ask");
      assert.deepEqual(changes, follows);
      if (waitMs)
        assert.ok((following[0]?.at ?? 0) - (unanswered?.at ?? 0) >= waitMs, "it waits as long as it is told");
      const { tracked, sent, dropped } = await page.evaluate(
        () => window.sillage?.stats() ?? { tracked: 0, sent: 0, dropped: 0 },
      );
      assert.deepEqual({ tracked, all: sent + dropped }, { tracked: 2, all: 2 }, "every event is sent or counted");
    });
  }
});
