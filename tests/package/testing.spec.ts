/** `sillage/testing`, as a site's own tests use it: in Node, without a browser. */
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { test } from "../e2e/support/stage.ts";
import { type Packed, type Project, pack } from "./packed.ts";

describe("the test tracker", () => {
  let packed: Packed;
  let project: Project;

  before(async () => {
    packed = await pack();
    project = await packed.newProject("testing");
  });
  after(() => packed?.remove());

  /** What a program that has a test tracker writes. */
  const said = async (program: string) => {
    const script = `
      import { createTestTracker } from "sillage/testing";
      const tracker = createTestTracker();
      ${program}`;
    const { stdout, stderr } = await project.node(["--input-type=module", "--eval", script]);
    assert.equal(stderr, "");
    return JSON.parse(stdout);
  };

  test("records what would be sent, as it would be sent", async () => {
    const recorded = await said(`
      const round = {}; round.self = round;
      tracker.track("order_completed", { total: 49.9, gone: undefined, big: 7n, round }, { itemId: "tea" });
      tracker.page();
      tracker.identify("u1", { type: "email" });
      tracker.call("reset");
      await tracker.ready;
      console.log(JSON.stringify([tracker.events, tracker.calls, tracker.stats()]));`);
    assert.deepEqual(recorded, [
      [
        { name: "order_completed", props: { total: 49.9, big: "7" }, details: { itemId: "tea" } },
        { name: "page_viewed", props: {} },
      ],
      [
        { name: "identify", given: ["u1", { type: "email" }] },
        { name: "reset", given: [] },
      ],
      { tracked: 2, sent: 2, pending: 0, dropped: 0 },
    ]);
  });

  test("drops what the tracker drops, and waits for a choice as it does", async () => {
    const recorded = await said(`
      const steps = [];
      const step = () => steps.push([tracker.events.map((event) => event.name), tracker.stats()]);
      tracker.consent("pending");
      tracker.track("early");
      step();
      tracker.consent("granted");
      tracker.track("");
      tracker.track("x".repeat(257));
      tracker.track("😀".repeat(256));
      step();
      tracker.consent("denied");
      tracker.track("late");
      step();
      tracker.clear();
      step();
      tracker.consent("granted");
      tracker.stop();
      tracker.track("after the end");
      step();
      console.log(JSON.stringify(steps));`);
    assert.deepEqual(recorded, [
      [[], { tracked: 1, sent: 0, pending: 1, dropped: 0 }],
      [["early", "😀".repeat(256)], { tracked: 4, sent: 2, pending: 0, dropped: 2 }],
      [[], { tracked: 5, sent: 0, pending: 0, dropped: 5 }],
      [[], { tracked: 0, sent: 0, pending: 0, dropped: 0 }],
      [[], { tracked: 0, sent: 0, pending: 0, dropped: 0 }],
    ]);
  });
});
