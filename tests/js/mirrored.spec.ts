/** What Rust and TypeScript both write down: numbers that cross between them, and limits that both obey. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Fact } from "../../js/fact.ts";
import { Id } from "../../js/ids.ts";
import { trackedSaid } from "../../js/members.ts";
import { Act } from "../../js/page.ts";
import { CONSENTS, settingsOf } from "../../js/settings.ts";
import type { Options } from "../../js/types.ts";
import { batchOf, eventLine, lineOf } from "./support/lines.ts";
import { nextLine, openedPage } from "./support/page.ts";
import { between, constantOf, sourceOf, variantsOf } from "./support/rust.ts";

const core = (file: string) => sourceOf(`crates/core/src/${file}`);
const LIMITS = sourceOf("crates/protocol/src/limits.rs");
const SHELL = sourceOf("src/shell.rs");

/** The numbers of an enum, by name. */
const named = (them: object) => Object.entries(them).filter(([, number]) => typeof number === "number");

describe("numbers that cross", () => {
  test("ids have the same order", () => {
    assert.deepEqual(
      named(Id),
      variantsOf(core("shell.rs"), "Id").map((name, number) => [name, number]),
    );
  });

  test("acts have the same order: each does what it is called", () => {
    const line = batchOf("D", "cG\x1f{}", eventLine());
    const does: Record<string, unknown> = {
      Forget: [["forget", "dD"]],
      Drop: [
        ["forget", "dD"],
        ["put", "cG\x1f{}"],
      ],
      Choose: [
        ["forget", "cO"],
        ["forget", "dD"],
      ],
      Ask: [],
      Repeat: [],
      PutBatch: [["put", "dN\x1f\x1e"]],
      ForgetInFlight: [["forget", "dF"]],
      SplitInFlight: [["forget", "dF"]],
      Identify: [],
      TakeOver: [],
    };
    const order = variantsOf(core("shell.rs"), "Act");
    assert.deepEqual(order, Object.keys(does));
    for (const [act, name] of order.entries()) {
      const { page, calls, setId } = openedPage();
      setId(Id.Visitor, "V");
      setId(Id.Session, "S");
      setId(Id.Batch, "N");
      setId(Id.InFlight, "F");
      page._count(1);
      page._told = ["=crm=42", ""];
      page._begin([line]);
      nextLine(page);
      calls();
      page._act(act);
      assert.deepEqual(calls(), does[name], name);
      // What the outbox is not told shows later.
      page._send(Id.Batch, false, 0);
      const [, id, body] = calls()[0] as string[];
      assert.equal(id, name === "Repeat" ? "D" : "N", name);
      assert.deepEqual(JSON.parse(`{${body}`).receipts, name === "Ask" ? ["D"] : [], name);
      assert.equal(page._read(), name !== "TakeOver", name);
      page._remember(1, 0, 0, 0, -1, true);
      assert.equal(String(calls()[0]?.[1]).split(" ")[2], name === "Identify" ? "V=crm=42" : "V", name);
    }
    assert.deepEqual(
      named(Act),
      order.map((name, number) => [name, number]),
    );
  });

  test("consents have the same order", () => {
    const order = variantsOf(core("consent.rs"), "Consent");
    assert.deepEqual(
      CONSENTS,
      order.map((name) => name.toLowerCase()),
    );
    assert.deepEqual(
      between(core("consent.rs"), "= [", "];")
        .match(/\w+/g)
        ?.filter((it) => it !== "Self"),
      order,
      "Consent::ALL",
    );
  });

  test("reasons of drops have the same order and names", () => {
    const source = core("dropped.rs");
    const names = Object.fromEntries([...source.matchAll(/Self::(\w+) => "(\w+)"/g)].map(([, it, name]) => [it, name]));
    for (const [reason, variant] of variantsOf(source, "Dropped").entries()) {
      const { page, calls } = openedPage();
      page._drop(reason, 1);
      assert.deepEqual(calls(), [["dropped", names[variant], 1]]);
    }
  });

  test("facts have the numbers that the module hears", () => {
    const arms = between(sourceOf("src/bindings.rs"), "let input = match fact {", "\n    };");
    const heard = new Map<number, string>();
    for (const [, number, input] of arms.matchAll(/^ {8}(\d+) => (?:Input::)?(\w+(?:\(PageCause::\w+)?)/gm))
      heard.set(Number(number), input as string);
    const called: Record<string, string> = {
      PageLoaded: "PageSeen(PageCause::Loaded",
      AddressChanged: "PageSeen(PageCause::AddressChanged",
      PageCalled: "PageSeen(PageCause::Called",
      ConsentChanged: "match",
    };
    // A part of its own understands calls; whatever has no number is the wake-up, the last one.
    const numbers = named(Fact).filter(([name]) => name !== "Called" && name !== "Woken") as [string, number][];
    assert.deepEqual(
      [...heard].sort(([a], [b]) => a - b),
      numbers.map(([name, number]) => [number, called[name] ?? name]),
    );
    assert.match(arms, /_ => Input::Woken/);
    assert.ok(numbers.every(([, number]) => number < Fact.Woken));
  });

  test("kinds of lines are those that the module takes them for", () => {
    const arms = between(SHELL, "match page::next_line() {", "\n        }\n    }");
    const kinds = [...arms.matchAll(/^ {12}(\d) => (?:\{.*?)?Line::(\w+)/gms)];
    const { page } = openedPage();
    const lines: Record<string, string> = {
      Record: "a\x1fx",
      State: "b\x1f1\x1f2\x1f3",
      Batch: batchOf("D"),
      Events: lineOf(eventLine()),
      Other: "cG\x1f{}",
    };
    page._begin(Object.values(lines));
    const met = Object.keys(lines).map((name) => [String(page._next()), name]);
    assert.deepEqual(
      kinds.map(([, number, kind]) => [number, kind]),
      [[String(page._next()), "End"], ...met.slice(0, -1)],
    );
    assert.match(arms, /_ => Line::Other/);
    assert.ok(!kinds.some(([, number]) => number === met.at(-1)?.[0]));
  });

  test("numbers of what was read have the places where the module looks for them", () => {
    const placesIn = (source: string) =>
      Object.fromEntries(
        [...source.matchAll(/(\w+): (?:\w+\()*?(?:time|count|page::number)\((\d)\)/g)].map(([, name, at]) => [
          name,
          at,
        ]),
      );
    assert.deepEqual(placesIn(between(SHELL, "fn read_record", "\n    }\n")), {
      edition: "0",
      started_at: "1",
      active_at: "2",
      epoch: "3",
      consent: "4",
      ids: "5",
    });
    const { page } = openedPage();
    page._record = "1 10 V S 11 12 13 denied";
    page._read();
    assert.deepEqual([0, 1, 2, 3, 4, 5].map(page._number), [10, 11, 12, 13, 2, 0]);

    const next = between(SHELL, "fn next_line", "\n    fn line_bytes");
    assert.deepEqual(placesIn(between(next, "2 => Line::State {", "},")), {
      busy_until: "0",
      due_at: "1",
      failures: "2",
    });
    const batch = between(next, "3 => {", "4 => Line::Events");
    assert.match(batch, /\(known, is_unconfirmed\) = \(page::number\(3\), page::number\(5\) > 0\.0\)/);
    assert.deepEqual(placesIn(batch), { made_at: "0", chars: "1", events: "2", rejected: "4" });
    assert.deepEqual(placesIn(between(next, "4 => Line::Events {", "},")), { made_at: "0", chars: "1", events: "2" });
  });

  test("what came of putting an event is told by the same numbers", () => {
    const arms = between(SHELL, "match page::put_event(", "\n        }\n");
    assert.match(arms, /0 => Put::Kept,\s+1 => Put::TooLarge,\s+_ => Put::Filtered,/);
    const { page, keepOut } = openedPage();
    assert.equal(page._event(Id.View, 0, 0), 0);
    keepOut();
    assert.equal(page._event(Id.View, 0, 0), 2);
    page._said = ["", "x".repeat(100_000)];
    assert.equal(page._event(Id.View, 0, 0), 1);
  });

  test("counts are asked for by the numbers that they have", () => {
    assert.match(
      between(sourceOf("src/bindings.rs"), "pub fn stat(", "\n}"),
      /0 => stats\.tracked,\s+1 => stats\.sent,\s+_ => stats\.pending,/,
    );
    assert.match(sourceOf("js/tracker.ts"), /\[tracked = 0, sent = 0, pending = 0\] = .*\[0, 1, 2\]\.map/);
  });

  test("everything that the module imports is there", () => {
    const { page } = openedPage();
    const imported = [...sourceOf("src/browser/page.rs").matchAll(/js_namespace = page, js_name = (\w+)/g)];
    assert.ok(imported.length > 15);
    for (const [, name] of imported) assert.equal(typeof page[name as keyof typeof page], "function", name);
  });
});

describe("limits", () => {
  test("a batch has the same most bytes on both sides", () => {
    const most = constantOf(core("tracker.rs"), "MAX_BATCH_BYTES");
    assert.equal(constantOf(sourceOf("js/page.ts"), "MAX_BATCH_BYTES"), most);
    const { page } = openedPage();
    const lineOf = (members: string) => {
      page._said = ["", members];
      return page._event(Id.View, 0, 0);
    };
    // Eight words, and the letter of the key, around the members.
    const around = ["e", "0", "0", "", "", "", "", "", ""].join("\x1f").length;
    assert.deepEqual([lineOf("x".repeat(most - around)), lineOf("x".repeat(most - around + 1))], [0, 1]);
  });

  test("texts, names and sites are as long as the contract lets them be", () => {
    assert.equal(constantOf(sourceOf("js/cut.ts"), "MAX_TEXT"), constantOf(LIMITS, "MAX_TEXT_CHARS"));
    const name = "x".repeat(constantOf(LIMITS, "MAX_EVENT_NAME_CHARS"));
    assert.deepEqual([trackedSaid([name, ""]).length, trackedSaid([`${name}x`, ""]).length], [2, 1]);
    const site = "x".repeat(constantOf(LIMITS, "MAX_SITE_ID_CHARS"));
    assert.doesNotThrow(() => settingsOf({ site } as Options));
    assert.throws(() => settingsOf({ site: `${site}x` } as Options));
  });

  test("ids are read as long as they may be given", () => {
    const chars = constantOf(LIMITS, "MAX_ID_CHARS");
    assert.equal(constantOf(sourceOf("js/calls/identity.ts"), "MAX_CHARS"), chars);
    const { page } = openedPage();
    const longest = "𝄞".repeat(chars);
    page._record = `1 1 ${"0".repeat(36)}=${longest}=${longest} ${longest} 0 0 0 -`;
    assert.ok(page._read());
    // Around the journeys the same holds.
    assert.equal(constantOf(sourceOf("crates/core/tests/paper/lines.rs"), "MAX_ID_CHARS"), 1_100);
    for (const [length, isRead] of [
      [1_100, true],
      [1_101, false],
    ] as const) {
      page._record = `1 1 ${"v".repeat(length)} S 0 0 0 -`;
      assert.equal(page._read(), isRead);
    }
  });

  test("a page keeps as many random words as its event ids take", () => {
    assert.equal(constantOf(sourceOf("js/tracker.ts"), "PAGE_WORDS"), constantOf(core("shell.rs"), "PAGE_WORDS"));
  });

  test("a request holds the others off for as long as its answer is awaited", () => {
    assert.equal(constantOf(sourceOf("js/host.ts"), "ANSWER_TIMEOUT_MS"), constantOf(core("retry.rs"), "LEASE_MS"));
  });

  test("the defaults of a site are the module's", () => {
    const source = between(core("config.rs"), "impl Default for Config", "\n}\n");
    const byDefault = (name: string) => new RegExp(`${name}: ([\\w:]+)`).exec(source)?.[1]?.replaceAll("_", "");
    const [consent, pageviews, clicks, idle, flush, most] = settingsOf({ site: "shop" } as Options)._numbers;
    assert.equal(byDefault("consent"), `Consent::${variantsOf(core("consent.rs"), "Consent")[consent]}`);
    assert.deepEqual(
      ["pageviews", "clicks", "idle_timeout_ms", "flush_interval_ms", "max_batch_events"].map(byDefault),
      [pageviews, clicks, idle, flush, most].map(String),
    );
  });
});
