/** A page around a host that records what it is asked to do. */
import assert from "node:assert/strict";
import type { Host } from "../../../js/host.ts";
import { Id } from "../../../js/ids.ts";
import { openPage, type Page } from "../../../js/page.ts";

// Set by the build: see `js/body.ts`.
Object.assign(globalThis, { __VERSION__: "1.2.3" });

export type Call = [name: string, ...given: unknown[]];

/** A page of the site `shop`, whose load is `O`. */
export function openedPage(wake = () => {}) {
  const calls: Call[] = [];
  let keepsOut = false;
  const call =
    (name: string) =>
    (...given: unknown[]) => {
      calls.push([name, ...given]);
      return name === "put" && !keepsOut;
    };
  const host = Object.fromEntries(
    ["remember", "put", "forget", "clear", "keep", "turn", "send", "dropped"].map((name) => [name, call(name)]),
  );
  const page = openPage(host as unknown as Host, "shop", (index) => index, wake);
  const told = {
    page,
    /** What the host was asked since this was last asked. */
    calls: () => calls.splice(0),
    /** From now on nothing is kept. */
    keepOut() {
      keepsOut = true;
    },
    /** Gives an id that text, as a record does that was taken over. */
    setId(id: Id, text: string) {
      page._record = `1 1 ${text} - 0 0 0 -`;
      assert.ok(page._read(), `${text} can be an id`);
      page._copy(Id.ReadVisitor, id);
    },
  };
  told.setId(Id.Outbox, "O");
  return told;
}

/** Goes on to the line of that place in the turn, and gives its kind. */
export function nextLine(page: Page, times = 1): number {
  let kind = 0;
  for (let time = 0; time < times; time++) kind = page._next();
  return kind;
}

/** The numbers of what was read last. */
export const numbersOf = (page: Page, count: number) => Array.from({ length: count }, (_, at) => page._number(at));
