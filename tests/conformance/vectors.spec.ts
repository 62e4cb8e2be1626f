/** The conformance vectors of the wire protocol, against our collector. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Collector, READ_TOKEN, startCollector } from "./collector.ts";
// @ts-expect-error plain JavaScript, so that others can run it with nothing but Node
import { findVectors, runVector } from "./vectors.mjs";

describe("the wire protocol's vectors", () => {
  let collector: Collector;

  before(async () => {
    collector = await startCollector();
  });
  after(() => collector.stop());

  for (const vector of findVectors()) {
    test(`${vector.name}: ${vector.why}`, async () => {
      assert.deepEqual(await runVector(vector, { origin: collector.origin, token: READ_TOKEN }), []);
    });
  }
});
