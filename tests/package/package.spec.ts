/** What is in the packed package, and what it does where there is no browser. */
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { test } from "../e2e/support/stage.ts";
import { type Packed, pack } from "./packed.ts";

describe("package", () => {
  let packed: Packed;

  before(async () => {
    packed = await pack();
  });
  after(() => packed?.remove());

  test("holds what is needed to run and to read, and no sources", () => {
    const needed = [
      "package.json",
      "LICENSE",
      "dist/npm/index.js",
      "dist/npm/index.d.ts",
      "dist/npm/tracker.wasm",
      "dist/web/sillage.js",
    ];
    assert.deepEqual(
      needed.filter((path) => !packed.files.includes(path)),
      [],
    );
    assert.deepEqual(
      packed.files.filter((path) => !/^(dist\/(npm|web)\/|package\.json$|README\.md$|LICENSE$)/.test(path)),
      [],
    );
    return Promise.resolve();
  });

  test("importing it on a server does nothing, and a tracker there takes every call", async () => {
    const project = await packed.newProject("server");
    const script = `
      const before = Object.keys(globalThis).length;
      const { init, TrackerError } = await import("sillage");
      const tracker = init({ site: "shop", endpoint: "https://collector.invalid" });
      tracker.track("seen", { n: 1 });
      tracker.page();
      tracker.consent("granted");
      tracker.flush();
      const stats = tracker.stats();
      tracker.stop();
      console.log(JSON.stringify({ stats, globals: Object.keys(globalThis).length - before, error: typeof TrackerError }));`;
    const { stdout, stderr } = await project.node(["--input-type=module", "--eval", script]);
    const stats = { tracked: 0, sent: 0, pending: 0, dropped: 0 };
    assert.deepEqual(JSON.parse(stdout), { stats, globals: 0, error: "function" });
    assert.equal(stderr, "", "nothing is written to a server's log");
  });
});
