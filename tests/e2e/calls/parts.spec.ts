/** Every part of the seed's `Event`, produced by a site and read back from the collector. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { settled } from "../support/browser.ts";
import { click, type Expected, event, expectEvents, Id, pageview } from "../support/expect-events.ts";
import { setStage, test } from "../support/stage.ts";

const TYPE = "com.genesys.journey.";
const STATES =
  "accepted rejected timedout errored ignored qualified offered started engaged qualifiedOutsideSchedule offeredOutsideSchedule abandoned completed frequencyCapReached".split(
    " ",
  );

describe("calls", () => {
  const stage = setStage();

  /** A row of another part than `webEvent`, under the page's view. */
  const part = (word: string, members: Expected, also: Expected = {}): Expected => ({
    correlationId: new Id("page"),
    session: { id: new Id("session"), type: "web" },
    eventType: `${TYPE}${word}`,
    webEvent: null,
    [`${word.charAt(0).toLowerCase()}${word.slice(1)}`]: members,
    ...also,
  });

  test("every part of the event is recorded, with everything that belongs to it", async () => {
    const site = stage.newSite();
    const url = stage.origin.serve("/parts", `<!doctype html><title>Parts</title>${stage.tag(site)}<p>Here`);
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    const rest = {
      mediaType: "webMessagingOffer" as const,
      prompt: "May we help?",
      createdDate: new Date(Date.now() - 60_000).toISOString(),
      name: "Help",
      actionMap: { id: "map-1", selfUri: "/maps/1", version: 3 },
    };
    const failure = { errorCode: "E1", errorMessage: "It broke" };
    const offer = { ...rest, actionTarget: { id: "q-1", selfUri: "/queues/1" }, timeToDisposition: 1234, ...failure };
    const outcome = { name: "Bought", id: "o-1", version: 2, selfUri: "/outcomes/1" };
    const assigned = { name: "Sailors", id: "s-2", version: 1, selfUri: "/segments/2", scope: "Customer" as const };
    await page.evaluate(
      ([states, offer, rest, outcome, assigned, failure]) => {
        const { sillage } = window;
        for (const state of states) sillage?.call("offer", { id: "offer-1", state: state as "offered", ...offer });
        sillage?.call("action", {
          id: "mail-1",
          state: "completed",
          mediaAddress: "jo@shop.test",
          ...rest,
          ...failure,
        });
        sillage?.call("outcome", { ...outcome, itemId: 7, eventType: "bought" });
        sillage?.call("segment", { id: "s-1", selfUri: "/segments/1" });
        sillage?.call("segmentAssigned", assigned);
        sillage?.track(
          "product_viewed",
          { colour: "red" },
          {
            itemId: "42",
            eventValue: 4.5,
            recommendationId: "RID-1",
            impression: ["42", 43],
            metricAttribution: { eventAttributionSource: "home" },
            properties: { numberOfRatings: "12" },
            searchQuery: "rope",
            authenticated: true,
            traits: { email: "jo@shop.test" },
          },
        );
      },
      [STATES, offer, rest, outcome, assigned, failure] as const,
    );
    const { name, actionMap, mediaType, prompt, createdDate } = rest;
    const map = { displayName: name, ...actionMap };
    const environment = { browser: { viewWidth: 1000 } };
    const visible = ({ name: displayName, ...own }: { name: string; [member: string]: unknown }) => ({
      ...own,
      displayName,
    });
    await expectEvents(
      stage.collector,
      site,
      [
        pageview(url, { view: "page", visitor: "v" }),
        ...STATES.map((state) =>
          part("WebActionEvent", {
            action: { id: "offer-1", state, mediaType, prompt, createdDate },
            actionMap: map,
            actionTarget: offer.actionTarget,
            timeToDisposition: 1234,
            ...failure,
            ...environment,
          }),
        ),
        part("GenericActionEvent", {
          action: { id: "mail-1", state: "completed", mediaType, prompt, createdDate, mediaAddress: "jo@shop.test" },
          actionMap: map,
          ...failure,
        }),
        part(
          "OutcomeAchievedEvent",
          { outcome: visible(outcome), ...environment },
          { personalize: { itemId: "7", eventType: "bought" } },
        ),
        part("SegmentAssignmentEvent", { segment: { id: "s-1", selfUri: "/segments/1" } }),
        part("SegmentAssignedEvent", { segment: visible(assigned), ...environment }),
        event(
          "product_viewed",
          { colour: "red" },
          {
            view: "page",
            url,
            also: {
              webEvent: {
                searchQuery: "rope",
                authenticated: true,
                traits: { email: { dataType: "string", value: "jo@shop.test" } },
              },
              personalize: {
                itemId: "42",
                eventValue: 4.5,
                recommendationId: "RID-1",
                impression: ["42", "43"],
                metricAttribution: { eventAttributionSource: "home" },
                properties: '{"numberOfRatings":"12"}',
              },
            },
          },
        ),
      ],
      { pages: [page] },
    );
    assert.deepEqual(visitor.exceptions, []);
  });

  test("what breaks a rule is named with its rule, and what cannot be used is counted", async () => {
    const site = stage.newSite();
    const url = stage.origin.serve("/wrong", `<!doctype html>${stage.tag(site, "data-debug")}`);
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await page.evaluate(() => {
      const call = window.sillage?.call as unknown as (...given: unknown[]) => void;
      call("offer", { state: "offred", name: "A" });
      call("conquer", {});
      window.sillage?.track("rated", { timestamp: 1 }, { itemId: "1" });
      window.sillage?.track(
        "rated",
        {},
        { itemId: "1", properties: { UserId: "x" }, recommendationId: "r".repeat(41) },
      );
    });
    await settled(page);
    const personalize = { itemId: "1" };
    await expectEvents(
      stage.collector,
      site,
      [
        pageview(url, { view: "page" }),
        event("rated", { timestamp: 1 }, { also: { personalize } }),
        event("rated", {}, { also: { personalize } }),
      ],
      { pages: [page] },
    );
    const said = visitor.trackerSaid.join("\n");
    for (const rule of [
      "offer: state must be one of accepted",
      "offer: state is required",
      "conquer: this is not a call",
      "rated: timestamp is reserved by Amazon Personalize",
      "rated: UserId is reserved by Amazon Personalize",
      "rated: recommendationId must be a text of 1 to 40 characters",
      "dropped 1 invalid",
    ])
      assert.ok(said.includes(rule), `${rule}, not only:\n${said}`);
  });

  test("a call arrives though the page is left before its part is loaded", async () => {
    const site = stage.newSite();
    const next = stage.origin.serve("/after", `<!doctype html><title>After</title>${stage.tag(site)}`);
    const url = stage.origin.serve(
      "/before",
      `<!doctype html><title>Before</title>${stage.tag(site)}<a id="on" href="/after">On</a>`,
    );
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    let release = () => {};
    const held = new Promise<undefined>((done) => {
      release = () => done(undefined);
    });
    const wasAsked = new Promise<void>((asked) => {
      let isFirst = true;
      stage.collector.gate.handler = ({ path }, forward) => {
        if (!path.includes("/calls-") || !isFirst) return forward();
        isFirst = false;
        asked();
        return held;
      };
    });
    await page.evaluate(() => {
      window.sillage?.call("outcome", { name: "Left early" });
      window.sillage?.track("after_the_call");
    });
    // What this page has asked for stays without an answer; the next page asks for itself.
    await wasAsked;
    await page.click("#on");
    await page.waitForURL(next);
    release();
    await settled(page);
    await expectEvents(
      stage.collector,
      site,
      [
        pageview(url, { view: "first" }),
        event("after_the_call", {}, { view: "first" }),
        click("#on", { view: "first" }),
        pageview(next, { referrer: url, view: "last" }),
        {
          eventType: `${TYPE}OutcomeAchievedEvent`,
          correlationId: new Id("last"),
          outcomeAchievedEvent: { outcome: { displayName: "Left early" } },
        },
      ],
      { pages: [page] },
    );
  });
});
