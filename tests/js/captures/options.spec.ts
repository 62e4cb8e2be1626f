/** What a site's captures come to. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { captureSettings, namedCaptures } from "../../../js/captures/options.ts";
import type { Capture } from "../../../js/types.ts";

describe("captures that a site names", () => {
  const settings = (capture: Capture | string) => {
    const wrong: string[] = [];
    return { ...captureSettings(namedCaptures(capture).named, (it) => wrong.push(it)), wrong };
  };

  test("nothing is captured unless it is named", () => {
    const { bits, idleSeconds, scroll, media, search, ownHosts, extensions, wrong } = settings(" ");
    assert.deepEqual(
      { bits, idleSeconds, scroll, media, search, ownHosts, extensions, wrong },
      {
        bits: 0,
        idleSeconds: 0,
        scroll: [],
        media: [],
        search: [],
        ownHosts: undefined,
        extensions: undefined,
        wrong: [],
      },
    );
  });

  test("names alone have the defaults", () => {
    const found = settings(" leave scroll\tengagement idle search downloads links media ");
    assert.equal(found.bits, 1 + 2);
    assert.equal(found.engagedForSeconds, 30);
    assert.equal(found.idleSeconds, 60);
    assert.deepEqual(found.scroll, [25, 50, 75, 90]);
    assert.deepEqual(found.media, [25, 50, 75, 90]);
    assert.deepEqual(found.search, ["q", "query", "search", "s", "keyword"]);
    assert.deepEqual(found.ownHosts, []);
    assert.ok(found.extensions?.includes("pdf"));
    assert.deepEqual(found.wrong, []);
  });

  test("values are sorted, each once, and brought into their range", () => {
    const found = settings("scroll=100,10,50,10 engagement=1 idle=9999 search=w,t links=b.test");
    assert.deepEqual(found.scroll, [10, 50, 100]);
    assert.equal(found.engagedForSeconds, 5);
    assert.equal(found.idleSeconds, 1_200);
    assert.deepEqual(found.search, ["w", "t"]);
    assert.deepEqual(found.ownHosts, ["b.test"]);
  });

  test("what is wrong is named and the rest holds", () => {
    const found = settings("leave scrol scroll=half,50,0,101 engagement=soon");
    assert.equal(found.bits, 1 + 2);
    assert.deepEqual(found.scroll, [50]);
    assert.equal(found.engagedForSeconds, 30);
    assert.deepEqual(found.wrong, [
      "scrol is not a capture",
      "engagement must be a whole number of seconds",
      ...Array(3).fill("scroll must be at most 20 whole numbers from 1 to 100"),
    ]);
  });

  test("the object and the text mean the same", () => {
    const object: Capture = { leave: true, scroll: [10, 50], engagement: 20, errors: false };
    assert.deepEqual(settings(object), settings("leave scroll=10,50 engagement=20"));
    assert.deepEqual(settings(JSON.stringify(object)), settings(object));
    const triggers = [{ on: "time", seconds: 3, event: "read" }] as Capture["triggers"];
    assert.deepEqual(namedCaptures({ triggers }).triggers, triggers);
  });

  test("JSON that cannot be read is said", () => {
    assert.deepEqual(settings('{"leave": tru').wrong, ["JSON is not a capture"]);
  });
});
