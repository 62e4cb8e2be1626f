/** The wake-up that the module asks for. */
import assert from "node:assert/strict";
import { describe, mock, test } from "node:test";
import { openedPage } from "./support/page.ts";

const NOW = 1_767_225_600_000;

describe("the wake-up", () => {
  const withClock = (run: (woken: () => number, page: ReturnType<typeof openedPage>["page"]) => void) => {
    mock.timers.enable({ apis: ["setTimeout", "Date"], now: NOW });
    try {
      let count = 0;
      const { page } = openedPage(() => {
        count++;
      });
      run(() => count, page);
    } finally {
      mock.timers.reset();
    }
  };

  test("comes at its time and not before", () =>
    withClock((woken, page) => {
      page._wake(NOW + 2_000);
      mock.timers.tick(1_999);
      assert.equal(woken(), 0);
      mock.timers.tick(1);
      assert.equal(woken(), 1);
    }));

  test("of a time that has passed comes at once, from a timer", () =>
    withClock((woken, page) => {
      page._wake(0);
      assert.equal(woken(), 0);
      mock.timers.tick(1);
      assert.equal(woken(), 1);
    }));

  test("replaces the one before", () =>
    withClock((woken, page) => {
      page._wake(NOW + 1_000);
      page._wake(NOW + 3_000);
      mock.timers.tick(2_999);
      assert.equal(woken(), 0);
      mock.timers.tick(86_400_000);
      assert.equal(woken(), 1);
    }));

  test("in more than a day comes after a day: browsers take no longer ones", () =>
    withClock((woken, page) => {
      for (const at of [NOW + 30 * 86_400_000, 2 ** 64]) {
        const before = woken();
        page._wake(at + (Date.now() - NOW));
        mock.timers.tick(86_399_999);
        assert.equal(woken(), before);
        mock.timers.tick(1);
        assert.equal(woken(), before + 1);
      }
    }));

  test("comes no more once the tracker has stopped", () =>
    withClock((woken, page) => {
      page._wake(NOW + 1_000);
      page._stop();
      mock.timers.tick(86_400_000);
      assert.equal(woken(), 0);
    }));
});
