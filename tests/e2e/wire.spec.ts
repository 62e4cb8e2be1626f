/** What the tracker sends keeps the rules of docs/protocol/README.md, also what it sends again. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { settled } from "./support/browser.ts";
import { event, expectEvents, pageview } from "./support/expect-events.ts";
import { type Asked, answer, asTheCollector, isBatch } from "./support/gate.ts";
import { setStage, test } from "./support/stage.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

interface Batch {
  id: string;
  siteId: string;
  sentAt: string;
  tracker: { name: string; version: string };
  defaults: Record<string, Record<string, unknown> | undefined>;
  events: { id: string; createdDate: string }[];
  counters?: { outboxId: string; tracked: number };
  receipts?: string[];
}

const batchOf = ({ body }: Asked) => JSON.parse(body) as Batch;

describe("the wire protocol", () => {
  const stage = setStage();

  test("what the tracker sends, and sends again, is as the specification says", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/wire", stage.tag(site, 'data-flush-interval-ms="200"'));
    let refusals = 2;
    collector.gate.handler = (asked, forward) =>
      isBatch(asked) && refusals-- > 0
        ? Promise.resolve(answer(503, { code: "busy", message: "" }, { "retry-after": "0" }))
        : asTheCollector(asked, forward);
    const page = await (await stage.newVisitor()).open(url);
    await settled(page);
    await page.evaluate(() => window.sillage?.track("tea_poured", { cups: 2, none: null as unknown as string }));
    await expectEvents(collector, site, [pageview(url), event("tea_poured", { cups: 2 })]);

    const asked = collector.gate.asked.filter((one) => isBatch(one) && batchOf(one).siteId === site);
    assert.ok(asked.length >= 3, `${asked.length} requests`);
    for (const one of asked) {
      assert.match(one.headers["content-type"] ?? "", /^text\/plain/i);
      for (const header of ["content-encoding", "cookie", "authorization"])
        assert.equal(one.headers[header], undefined);
      const batch = batchOf(one);
      assert.match(batch.id, UUID);
      assert.equal(new Date(batch.sentAt).toISOString(), batch.sentAt);
      for (const { id } of batch.events) assert.match(id, UUID);
      for (const id of batch.receipts ?? []) assert.match(id, UUID);
      for (const part of Object.values(batch.defaults ?? {})) assert.equal(part?.attributes, undefined);
      assert.ok(batch.events.every(({ createdDate }) => createdDate <= batch.sentAt));
    }
    // A batch in doubt is asked for, and what is sent again is the same batch with the same events.
    const attempts = new Map<string, Batch[]>();
    for (const batch of asked.map(batchOf)) attempts.set(batch.id, [...(attempts.get(batch.id) ?? []), batch]);
    const again = [...attempts.values()].filter((batches) => batches.length > 1);
    for (const [first, ...others] of again) {
      for (const other of others) {
        assert.deepEqual([other.defaults, other.events], [first?.defaults, first?.events]);
        assert.ok(other.sentAt > (first?.sentAt ?? ""), "sentAt is renewed");
      }
    }
    const inDoubt = batchOf(asked[0] as Asked).id;
    const isSettled = again.some(([first]) => first?.id === inDoubt);
    const isAskedFor = asked.some((one) => batchOf(one).receipts?.includes(inDoubt));
    assert.ok(isSettled && isAskedFor, "the first batch was in doubt");
  });
});
