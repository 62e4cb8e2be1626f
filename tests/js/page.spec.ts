/** What a page writes down at the module's word: the record, events, counters. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Id } from "../../js/ids.ts";
import { idAt, PLACE, words } from "./support/lines.ts";
import { numbersOf, openedPage } from "./support/page.ts";

const NOW = 1_767_225_600_000;
const [VISITOR, SESSION] = ["8f4c1c86-7a35-4a0c-9b1e-0123456789ab", idAt(NOW)];

/** A page that knows its visitor and session. */
function knownPage() {
  const opened = openedPage();
  opened.setId(Id.Visitor, VISITOR);
  opened.setId(Id.Session, SESSION);
  return opened;
}

describe("the record of visitor, session and consent", () => {
  test("is one line, at hand and in the outbox", () => {
    const { page, calls } = knownPage();
    page._remember(7, NOW, NOW + 60_000, 2, 0, true);
    const record = `1 7 ${VISITOR} ${SESSION} ${NOW} ${NOW + 60_000} 2 granted`;
    assert.deepEqual(calls(), [
      ["remember", record],
      ["put", `a\x1f${record}`],
    ]);
  });

  test("names nobody where it may not, or where nobody is known", () => {
    const { page, calls } = knownPage();
    page._remember(8, 0, 0, 0, 2, false);
    assert.deepEqual(calls()[0], ["remember", "1 8 - - 0 0 0 denied"]);
    page._copy(Id.Nobody, Id.Visitor);
    page._remember(9, NOW, NOW, 0, -1, true);
    assert.deepEqual(calls()[0], ["remember", `1 9 - ${SESSION} ${NOW} ${NOW} 0 -`]);
  });

  test("another page reads what one has written", () => {
    for (const [visitor, consent, word] of [
      [VISITOR, 0, 0],
      [`${VISITOR}=crm=42`, 1, 1],
      [`${VISITOR}=crm=a=b`, 2, 2],
      [`${VISITOR}=ü𝄞=\x7f\xa0\u2028\uffff`, -1, -1],
      [`${VISITOR}=${"𝄞".repeat(256)}=${"𝄞".repeat(256)}`, 0, 0],
    ] as const) {
      const writer = knownPage();
      writer.setId(Id.Visitor, visitor);
      writer.page._remember(12, NOW, NOW + 1, 3, consent, true);
      const reader = openedPage();
      reader.page._record = String(writer.calls()[0]?.[1]);
      assert.ok(reader.page._read(), visitor);
      assert.deepEqual(numbersOf(reader.page, 6), [12, NOW, NOW + 1, 3, word, 0]);
      reader.page._copy(Id.ReadVisitor, Id.Visitor);
      reader.page._copy(Id.ReadSession, Id.Session);
      reader.page._remember(13, NOW, NOW + 1, 3, consent, true);
      assert.equal(reader.calls()[0]?.[1], reader.page._record.replace("1 12 ", "1 13 "));
    }
  });

  test("without ids tells that nobody is known", () => {
    const { page } = openedPage();
    page._record = "1 3 - - 0 0 0 denied";
    assert.ok(page._read());
    assert.ok(!page._has(Id.ReadVisitor) && !page._has(Id.ReadSession));
    assert.equal(page._number(4), 2);
  });

  test("tells of a session that began together with this page's and yields to it", () => {
    const { page } = knownPage();
    for (const [session, isTwin] of [
      [idAt(NOW, 1), 1],
      [SESSION, 0],
      [idAt(NOW - 1), 0],
      [idAt(NOW + 9_000), 0],
      ["the-site's-own", 0],
    ] as const) {
      page._record = `1 3 ${VISITOR} ${session} 0 0 0 -`;
      assert.ok(page._read());
      assert.equal(page._number(5), isTwin, session);
    }
  });

  test("is not read again while it is the one that was written or taken over", () => {
    const { page, calls } = knownPage();
    page._remember(7, 0, 0, 0, 0, true);
    page._record = String(calls()[0]?.[1]);
    assert.ok(!page._read());
    page._record = page._record.replace("1 7 ", "1 8 ");
    assert.ok(page._read());
    assert.ok(page._read(), "it was not taken over yet");
    page._act(9);
    assert.ok(!page._read());
  });

  test("that is damaged or not ours counts as absent", () => {
    const { page } = openedPage();
    for (const record of [
      "",
      " ",
      "null",
      "2 1 V S 0 0 0 -",
      "1 1 V S 0 0 0",
      "1 1 V S 0 0 0 ",
      "1 1 V S 0 0 0 - -",
      "1 x V S 0 0 0 -",
      "1 -1 V S 0 0 0 -",
      "1 1.5 V S 0 0 0 -",
      "1 1 V S soon 0 0 -",
      "1 1  S 0 0 0 -",
      "1 1 V S 0 0 0 -\n1",
      '1 1 V" S 0 0 0 -',
      "1 1 V\\ S 0 0 0 -",
      '1 1 V S" 0 0 0 -',
      "1 1 V\x1e S 0 0 0 -",
      "1 1 V S\x1f 0 0 0 -",
      "1 1 V\n S 0 0 0 -",
      "1 1 V\0 S 0 0 0 -",
      `1 1 ${"v".repeat(1_101)} S 0 0 0 -`,
      `1 1 V ${"s".repeat(1_101)} 0 0 0 -`,
    ]) {
      page._record = record;
      assert.ok(!page._read(), JSON.stringify(record.slice(0, 40)));
    }
  });

  test("of a choice that it does not know has no choice", () => {
    const { page } = openedPage();
    page._record = "1 1 V S 0 0 0 perhaps";
    assert.ok(page._read());
    assert.equal(page._number(4), -1);
  });
});

describe("an event", () => {
  /** A page that has an event to put, and says this of it. */
  const saying = (members: string, word = "") => {
    const opened = knownPage();
    opened.setId(Id.Event, "E");
    opened.setId(Id.View, "P");
    opened.setId(Id.Click, "C");
    opened.page._said = [word, members];
    opened.page._place = `${PLACE}\x1f,"browser":{}`;
    return opened;
  };

  test("is one line that has its whole context in it", () => {
    const { page, calls } = saying('"eventName":"x"');
    assert.equal(page._event(Id.View, NOW, 2), 0);
    assert.deepEqual(calls(), [
      ["put", words("eE", NOW, 2, "", '"eventName":"x"', VISITOR, SESSION, "P", PLACE, ',"browser":{}')],
    ]);
  });

  test("says its kind, and what it followed from", () => {
    const { page, calls } = saying('"webActionEvent":{}', "WebActionEvent");
    page._event(Id.Click, NOW, 0);
    const line = String(calls()[0]?.[1]).split("\x1f");
    assert.deepEqual([line[3], line[7]], ["WebActionEvent", "C"]);
  });

  test("names nobody while nobody is known", () => {
    const { page, calls } = saying('"eventName":"x"');
    page._copy(Id.Nobody, Id.Visitor);
    page._event(Id.View, NOW, 0);
    assert.equal(String(calls()[0]?.[1]).split("\x1f")[5], "");
  });

  test("that is longer than a batch is not put, counted in bytes as it travels", () => {
    const { page, calls } = saying("");
    page._event(Id.View, NOW, 0);
    const room = 49_152 - String(calls()[0]?.[1]).length;
    for (const [members, outcome] of [
      ["x".repeat(room), 0],
      ["x".repeat(room + 1), 1],
      ["ü".repeat(Math.floor(room / 2)), 0],
      ["ü".repeat(Math.ceil((room + 1) / 2)), 1],
      ["𝄞".repeat(Math.ceil((room + 1) / 4)), 1],
    ] as const) {
      page._said = ["", members];
      assert.equal(page._event(Id.View, NOW, 0), outcome, `${members.length} ${members[0]}`);
      assert.equal(calls().length, 1 - outcome);
    }
  });

  test("that the site's rules keep out is told apart", () => {
    const { page, keepOut } = saying('"eventName":"x"');
    keepOut();
    assert.equal(page._event(Id.View, NOW, 0), 2);
  });
});

describe("counters", () => {
  const putBy = (tell: (page: ReturnType<typeof openedPage>["page"]) => void) => {
    const { page, calls } = openedPage();
    tell(page);
    const [key, counters] = String(
      calls()
        .filter((it) => it[0] === "put")
        .at(-1)?.[1],
    ).split("\x1f");
    return { key, counters: JSON.parse(counters as string), page };
  };

  test("say how many events a page load has tracked", () => {
    const { key, counters } = putBy((page) => page._count(3));
    assert.equal(key, "cO");
    assert.deepEqual(counters, { outboxId: "O", tracked: 3 });
  });

  test("say how many were dropped, and why", () => {
    const { counters, page } = putBy((it) => {
      it._count(1);
      it._drop(1, 2);
      it._drop(3, 1);
      it._drop(1, 4);
      it._count(9);
    });
    assert.deepEqual(counters, { outboxId: "O", tracked: 9, dropped: { too_large: 6, no_consent: 1 } });
    assert.equal(page._dropped(), 7);
  });

  test("whoever looks on hears of each drop", () => {
    const { page, calls } = openedPage();
    assert.equal(page._dropped(), 0);
    page._drop(0, 5);
    assert.deepEqual(calls(), [["dropped", "queue_full", 5]]);
  });
});

describe("what else the module asks for", () => {
  test("goes to the host as it is", () => {
    const { page, calls } = openedPage();
    page._state(NOW, NOW + 1, 3);
    page._clear();
    page._keep(true);
    page._turn();
    assert.deepEqual(calls(), [["put", words("b", NOW, NOW + 1, 3)], ["clear"], ["keep", true], ["turn"]]);
    assert.equal(page._random(1), 1);
  });

  test("ids are made of words, copied, and there or not", () => {
    const { page } = openedPage();
    assert.ok(!page._has(Id.InFlight));
    page._name(Id.Batch, 0x019b76da, 0xa8007000, 0x80000000, 1);
    page._copy(Id.Batch, Id.InFlight);
    assert.equal(page._inFlight(), "019b76da-a800-7000-8000-000000000001");
    page._copy(Id.Nobody, Id.InFlight);
    assert.ok(!page._has(Id.InFlight));
  });
});
