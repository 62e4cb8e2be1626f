/** What is in the packed package, and what it does where there is no browser. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { root } from "../e2e/support/collector.ts";
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
      "LICENSE-APACHE",
      "LICENSE-MIT",
      "dist/npm/index.js",
      "dist/npm/index.d.ts",
      "dist/npm/tracker.js",
      "dist/npm/captures.js",
      "dist/npm/calls.js",
      "dist/npm/extras.js",
      "dist/npm/overlay.js",
      "dist/npm/react.js",
      "dist/npm/testing.js",
      "dist/web/sillage.js",
    ];
    assert.deepEqual(
      needed.filter((path) => !packed.files.includes(path)),
      [],
    );
    assert.deepEqual(
      packed.files.filter(
        (path) => !/^(dist\/(npm|web)\/|package\.json$|README\.md$|LICENSE-(APACHE|MIT)$)/.test(path),
      ),
      [],
    );
    return Promise.resolve();
  });

  test("has nothing in it of the machine that built it", async () => {
    const project = await packed.newProject("contents");
    const traces = [root, tmpdir(), "/usr/", "/rustc/", ".cargo", "node_modules/", "crates.io"];
    const found = packed.files.flatMap((path) => {
      const text = readFileSync(join(project.folder, "node_modules/sillage", path), "latin1");
      const isRead = /\.md$|package\.json$/.test(path);
      return isRead ? [] : traces.filter((trace) => text.includes(trace)).map((trace) => `${path}: ${trace}`);
    });
    assert.deepEqual(found, []);
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
