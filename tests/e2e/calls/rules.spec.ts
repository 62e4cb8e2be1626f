/** The rules of calls, of identity and of what a site lets in, without a browser: they are pure. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { campaignOf } from "../../../js/calls/campaigns.ts";
import { customerOf, isSessionId, isSomebodyElse } from "../../../js/calls/identity.ts";
import { isBot, limitsOf, shareOf } from "../../../js/calls/limits.ts";
import { membersOf } from "../../../js/calls/members.ts";
import { openOffers } from "../../../js/calls/offers.ts";
import { KINDS, PERSONALIZE } from "../../../js/calls/tables.ts";
import { root } from "../support/collector.ts";

const read = (path: string) => readFileSync(`${root}/crates/protocol/src/${path}`, "utf8");
const taken = (table: string, given: unknown) => {
  const wrong: string[] = [];
  const members = membersOf(table, given, (name, rule) => wrong.push(`${name} ${rule}`));
  return { members, wrong };
};

describe("what Amazon Personalize is told", () => {
  const number = (name: string) =>
    Number(new RegExp(`${name}: usize = ([\\d_]+)`).exec(read("personalize.rs"))?.[1]?.replaceAll("_", ""));
  const limits = {
    text: number("MAX_TEXT_CHARS"),
    recommendation: number("MAX_RECOMMENDATION_ID_CHARS"),
    impression: number("MAX_IMPRESSION"),
    source: number("MAX_ATTRIBUTION_SOURCE_CHARS"),
    properties: number("MAX_PROPERTIES_CHARS"),
  };
  const longest = (more = 0) => ({
    eventType: "é".repeat(limits.text + more),
    itemId: "𝄞".repeat(limits.text + more),
    recommendationId: "r".repeat(limits.recommendation + more),
    impression: Array(limits.impression + more).fill("i"),
    metricAttribution: { eventAttributionSource: "a".repeat(limits.source + more) },
    properties: { a: "x".repeat(limits.properties - '{"a":""}'.length + more) },
  });

  test("everything up to the contract's limits is taken, and nothing beyond", () => {
    const most = taken(PERSONALIZE, longest());
    assert.deepEqual(most.wrong, []);
    const { metricAttribution, ...rest } = longest();
    assert.deepEqual(most.members, { personalize: { ...rest, metricAttribution } });
    const more = taken(PERSONALIZE, longest(1));
    assert.deepEqual(more.members, {});
    assert.deepEqual(more.wrong, [
      "eventType must be a text of 1 to 256 characters",
      "itemId must be a text of 1 to 256 characters",
      "recommendationId must be a text of 1 to 40 characters",
      "impression must be a list of 1 to 25 items of 1 to 256 characters",
      "metricAttribution.eventAttributionSource must be a text of 1 to 1,024 printable ASCII characters",
      "properties must have at most 1,024 characters as JSON for Amazon Personalize",
    ]);
  });

  test("every reserved name is refused in any case, and named", () => {
    const [, names = ""] = /RESERVED_PROPERTIES: \[&str; \d\] = \[([^\]]*)\]/.exec(read("personalize/check.rs")) ?? [];
    const reserved = [...names.matchAll(/"(\w+)"/g)].map(([, name]) => name as string);
    assert.equal(reserved.length, 6);
    for (const name of reserved.flatMap((it) => [it, it.toUpperCase()])) {
      const { members, wrong } = taken(PERSONALIZE, { properties: { fine: 1, [name]: 2 } });
      assert.deepEqual(wrong, [`${name} is reserved by Amazon Personalize`]);
      assert.deepEqual(members, {});
    }
  });

  test("numbers are taken for ids, nothing for no value, and what is of another kind is named", () => {
    assert.deepEqual(taken(PERSONALIZE, { itemId: 42, impression: [1, "2"], eventValue: null }).members, {
      personalize: { itemId: "42", impression: ["1", "2"] },
    });
    const { members, wrong } = taken(PERSONALIZE, { itemId: {}, impression: "1", eventValue: "4", properties: "{}" });
    assert.deepEqual(members, {});
    assert.equal(wrong.length, 4);
    assert.deepEqual(taken(PERSONALIZE, null), { members: {}, wrong: [] });
  });
});

describe("actions", () => {
  test("states and media are those of the contract", () => {
    const source = read("web_action_event.rs");
    const of = (name: string) =>
      [...(new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(source)?.[1] ?? "").matchAll(/= "(\w+)"/g)].map(
        ([, it]) => it,
      );
    const states = of("ActionState").filter((it) => it !== "missed");
    assert.equal(states.length, 14);
    for (const state of states) assert.deepEqual(taken(KINDS.offer?.table ?? "", { state }).wrong, []);
    for (const mediaType of of("ActionMediaType"))
      assert.deepEqual(taken(KINDS.offer?.table ?? "", { mediaType }).wrong, []);
    assert.equal(taken(KINDS.offer?.table ?? "", { state: "missed", mediaType: "pigeon" }).wrong.length, 2);
  });

  test("an offer waits from when it is shown until its first answer", () => {
    const offers = openOffers();
    assert.equal(offers.becomes("a", "accepted", 5), undefined);
    assert.equal(offers.becomes("a", "offered", 10), undefined);
    assert.equal(offers.becomes("a", "offered", 400), undefined);
    assert.equal(offers.becomes("a", "engaged", 500), undefined);
    assert.ok(offers.isOpen("a"));
    assert.equal(offers.becomes("a", "accepted", 1_510), 1_500);
    assert.ok(!offers.isOpen("a"));
    assert.equal(offers.becomes("a", "completed", 2_000), undefined);
    for (let at = 0; at < 200; at++) offers.becomes(`n${at}`, "offeredOutsideSchedule", at);
    assert.ok(!offers.isOpen("n99") && offers.isOpen("n100") && offers.isOpen("n199"));
  });
});

describe("identity", () => {
  test("a customer has a type and an id that tells them from all others", () => {
    assert.equal(customerOf(42), "=userId=42");
    assert.equal(customerOf("a=ü@b", "email"), "=email=a=ü@b");
    for (const id of [null, undefined, "", "null", "undefined", "NaN", {}, "a b", 'a"b', "a\\b", "x".repeat(257)])
      assert.throws(() => customerOf(id), String(id));
    for (const type of ["cookie", "Cookie", "a=b", "", 7]) assert.throws(() => customerOf("a", type), String(type));
  });

  test("somebody else than the page or the record knows is told apart", () => {
    assert.ok(!isSomebodyElse("=email=a", "", ""));
    assert.ok(!isSomebodyElse("=email=a", "", "1 7 v s 1 2 0 granted"));
    assert.ok(!isSomebodyElse("=email=a", "", "1 7 v=email=a s 1 2 0 granted"));
    assert.ok(isSomebodyElse("=email=a", "", "1 7 v=email=b s 1 2 0 granted"));
    assert.ok(isSomebodyElse("=email=a", "=email=b", ""));
  });

  test("a session's id is short and plain", () => {
    assert.ok(isSessionId("app-7") && isSessionId("ü".repeat(256)));
    for (const id of ["", "-", "a b", 'a"', "a\nb", "x".repeat(257), 7, null]) assert.ok(!isSessionId(id), String(id));
  });
});

describe("what a site lets in", () => {
  const moment = { at: 0, name: "x", url: "https://shop.test/", visitor: "v" };

  test("a sample is of visitors, stable, and a greater share holds the smaller", () => {
    const [tenth, more] = [limitsOf({ sample: 10 }), limitsOf({ sample: 12.5 })];
    let chosen = 0;
    for (let n = 0; n < 10_000; n++) {
      const visitor = `9f1c${String(n).padStart(8, "0")}-4b7d`;
      const isIn = tenth({ ...moment, visitor });
      assert.equal(tenth({ ...moment, at: 99, name: "y", visitor }), isIn);
      assert.ok(!isIn || more({ ...moment, visitor }));
      chosen += Number(isIn);
    }
    assert.ok(chosen > 900 && chosen < 1_100, String(chosen));
    assert.ok(shareOf("a") !== shareOf("b"));
    assert.ok(!limitsOf({ sample: 0 })(moment) && limitsOf({ sample: 100 })(moment) && limitsOf({})(moment));
    for (const sample of [-1, 101, Number.NaN, "x" as never]) assert.throws(() => limitsOf({ sample }), String(sample));
  });

  test("each name has its limit, and another minute another one", () => {
    const allow = limitsOf({ perMinute: 2 });
    const isIn = (at: number, name: string) => allow({ ...moment, at, name });
    assert.deepEqual(
      [isIn(0, "a"), isIn(1, "a"), isIn(2, "b"), isIn(59_999, "a"), isIn(60_000, "a")],
      [true, true, true, false, true],
    );
    for (const perMinute of [0, 1.5, 1e6]) assert.throws(() => limitsOf({ perMinute }), String(perMinute));
  });

  test("pages are allowed and denied by patterns of paths or hosts", () => {
    const isIn = (rules: object, url: string) => limitsOf(rules)({ ...moment, url: `https://${url}` });
    const denied = { denyPages: ["/admin/*", "*/private", "intern.shop.test/*"] };
    assert.ok(isIn(denied, "shop.test/") && isIn(denied, "shop.test/administration"));
    assert.ok(!isIn(denied, "shop.test/admin/users?x=1#y") && !isIn(denied, "shop.test/a/b/private?x"));
    assert.ok(!isIn(denied, "intern.shop.test/a") && isIn(denied, "intern-shop.test/a"));
    const allowed = { allowPages: "/shop/* /about", denyPages: "/shop/checkout" };
    assert.ok(isIn(allowed, "shop.test:8080/shop/a") && isIn(allowed, "shop.test/about#team"));
    assert.ok(!isIn(allowed, "shop.test/blog") && !isIn(allowed, "shop.test/shop/checkout?x"));
  });

  test("programs that say so are told from visitors", () => {
    const chrome =
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
    assert.ok(!isBot(chrome, false) && isBot(chrome, true) && isBot("", false));
    assert.ok(isBot(chrome.replace("Chrome", "HeadlessChrome"), false));
    assert.ok(isBot("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", false));
  });

  test("a campaign is what marks a link, by every click id that the collector knows", () => {
    const of = (rest: string) => campaignOf(`https://shop.test/a${rest}`);
    assert.equal(of("?x=1&utm_source=news&UTM_Medium=email#utm_term=x"), "utm_source=news&UTM_Medium=email");
    for (const rest of ["?utm_source=", "#?utm_source=x", "", "?notgclid=x"]) assert.equal(of(rest), "", rest);
    const names = [...read("derive/campaign.rs").matchAll(/click_id\("(\w+)"/g)].map(([, name]) => name);
    assert.equal(names.length, 18);
    for (const name of names) assert.equal(of(`?${name}=abc`), `${name}=abc`);
  });
});
