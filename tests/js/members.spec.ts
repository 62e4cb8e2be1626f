/** What events say, as members of a JSON object. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { clickSaid, ENVIRONMENT, placeOf, type Said, trackedSaid } from "../../js/members.ts";

/** What JSON has to escape, and what it need not. */
const HOSTILE = '"\\/\n\r\t\0\x1c\x1e\x1f\x7f\u2028\u2029</script>ü𝄞\ud800';

/** The members as an object, with `environment` where it belongs. */
const read = ([, members = ""]: Said, environment = "") =>
  JSON.parse(`{${members.split(ENVIRONMENT).join(environment)}}`);

describe("clicks", () => {
  test("say name, text and where the link leads", () => {
    const said = clickSaid(["buy", "#buy", "Buy now", "https://a.test/cart", ""]);
    assert.equal(said[0], "WebActionEvent");
    assert.deepEqual(read(said), {
      webActionEvent: {
        action: { state: "engaged", mediaType: "openAction", prompt: "Buy now" },
        actionMap: { displayName: "buy" },
        actionTarget: { selfUri: "https://a.test/cart" },
      },
    });
  });

  test("are named by their selector where the page names nothing, and lead nowhere without a link", () => {
    assert.deepEqual(read(clickSaid(["", "main>button", "", "", ""])).webActionEvent, {
      action: { state: "engaged", mediaType: "openAction", prompt: "" },
      actionMap: { displayName: "main>button" },
    });
  });

  test("on an offer say so", () => {
    assert.equal(read(clickSaid(["x", "a", "", "", "1"])).webActionEvent.action.mediaType, "contentOffer");
  });

  test("have browser and device within their part, and what is known of an item behind it", () => {
    const said = clickSaid(["x", "a", "", "https://a.test/", "", ',"personalize":{"itemId":"42"}']);
    const { webActionEvent, ...more } = read(said, ',"browser":{"family":"Firefox"}');
    assert.deepEqual(webActionEvent.browser, { family: "Firefox" });
    assert.deepEqual(more, { personalize: { itemId: "42" } });
  });

  test("hide what is secret in a link, and cut a long text between characters", () => {
    const { action, actionTarget } = read(
      clickSaid(["x", "a", `${"x".repeat(1_023)}𝄞`, "https://a.test/?token=s3cr3t", ""]),
    ).webActionEvent;
    assert.ok(!actionTarget.selfUri.includes("s3cr3t"), actionTarget.selfUri);
    assert.equal(action.prompt, "x".repeat(1_023));
  });

  test("are JSON whatever the page holds", () => {
    const { action, actionMap } = read(clickSaid([HOSTILE, "a", HOSTILE, "", ""])).webActionEvent;
    assert.equal(action.prompt, HOSTILE.slice(0, -1), "without the half of a character");
    assert.equal(actionMap.displayName, HOSTILE);
    assert.equal(read(clickSaid(["", HOSTILE, "", "", ""])).webActionEvent.actionMap.displayName, HOSTILE);
  });
});

describe("events of the site", () => {
  test("have a name and properties", () => {
    const said = trackedSaid(["signed_up", '{"plan":"pro"}', "", ""]);
    assert.equal(said[0], "");
    assert.deepEqual(read(said), { eventName: "signed_up", attributes: { plan: "pro" } });
    assert.deepEqual(read(trackedSaid(["signed_up", "", "", ""])), { eventName: "signed_up" });
  });

  test("may say more of the web event behind their properties", () => {
    assert.deepEqual(read(trackedSaid(["searched", '{"a":1},"searchQuery":"shoes"'])), {
      eventName: "searched",
      attributes: { a: 1 },
      searchQuery: "shoes",
    });
  });

  test("have a name of 1 to 256 characters, counted as a reader counts them", () => {
    for (const name of ["x", "x".repeat(256), "𝄞".repeat(256), "ü".repeat(256), " "])
      assert.equal(read(trackedSaid([name, "", "", ""])).eventName, name);
    for (const name of ["", "x".repeat(257), "𝄞".repeat(257)])
      assert.deepEqual(trackedSaid([name, "", "", ""]), [""], name.slice(0, 2));
    assert.deepEqual(trackedSaid([]), [""]);
  });

  test("of another kind say what they are, and are named by their part", () => {
    const said = trackedSaid(["", '"outcomeAchievedEvent":{"outcome":{"id":"O"}}', "", "OutcomeAchievedEvent"]);
    assert.equal(said[0], "OutcomeAchievedEvent");
    assert.deepEqual(read(said), { outcomeAchievedEvent: { outcome: { id: "O" } } });
  });

  test("are JSON whatever they are called", () => {
    assert.equal(read(trackedSaid([HOSTILE, "", "", ""])).eventName, HOSTILE);
  });
});

describe("where an event happens", () => {
  const place = (...given: Parameters<typeof placeOf>) => {
    const [where, environment, ...rest] = placeOf(...given).split("\x1f");
    assert.deepEqual(rest, [], "two words");
    return JSON.parse(`{${where}${environment}}`);
  };

  test("page and referrer, browser and device", () => {
    assert.deepEqual(place("https://a.test/x", "https://b.test/", '"title":"X"', '"browser":{},"device":{}'), {
      page: { url: "https://a.test/x", title: "X" },
      referrer: { url: "https://b.test/" },
      browser: {},
      device: {},
    });
  });

  test("a visitor who came from nowhere, and a browser that nobody could ask", () => {
    assert.deepEqual(place("https://a.test/x", "", '"title":null', ""), {
      page: { url: "https://a.test/x", title: null },
      referrer: null,
    });
  });

  test("is JSON whatever the addresses hold, and two words all the same", () => {
    assert.deepEqual(place(HOSTILE, HOSTILE, '"title":"X"', ""), {
      page: { url: HOSTILE, title: "X" },
      referrer: { url: HOSTILE },
    });
  });
});
