/** The AWS and the Genesys JavaScript SDKs, as npm has them, against the running collector. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { ACCESS_KEY, type Collector, READ_TOKEN, startCollector } from "./collector.ts";
import { openForgetful } from "./forgetful.ts";

const folder = process.env.SILLAGE_SDKS_JAVASCRIPT;
if (!folder) throw new Error("npm test -- --only conformance installs the SDKs and says where they are");
const load = createRequire(join(folder, "package.json"));
const { PersonalizeEventsClient, PutEventsCommand } = load("@aws-sdk/client-personalize-events");
const platform = load("purecloud-platform-client-v2");

describe("JavaScript SDKs", () => {
  let collector: Collector;
  before(async () => {
    collector = await startCollector();
  });
  after(() => collector?.stop());

  const aws = (options: object = {}, endpoint = collector.origin) =>
    new PersonalizeEventsClient({ endpoint, region: "eu-central-1", credentials: ACCESS_KEY, ...options });

  const journey = (token = READ_TOKEN) => {
    const client = new platform.ApiClientClass();
    client.setAccessToken(token);
    client.config.basePath = collector.origin;
    return new platform.JourneyApi(client);
  };

  const event = (more: object = {}) => ({ eventType: "click", sentAt: new Date(), ...more });

  const putEvents = (trackingId: string, sessionId: string, eventList: object[]) =>
    new PutEventsCommand({ trackingId, sessionId, userId: "u-1", eventList });

  const read = async (sessionId: string) =>
    (await journey().getJourneySessionEvents(sessionId, { pageSize: "200" })).entities;

  test("PutEvents: what the AWS SDK sends is read back by the Genesys SDK", async () => {
    const sessionId = randomUUID();
    const sentAt = new Date(Date.now() - 5_000);
    const sent = { sentAt, eventId: "order-7", itemId: "tea", eventValue: 1.5, properties: '{"seats":3}' };
    const answer = await aws().send(putEvents("shop", sessionId, [event(sent)]));
    assert.equal(answer.$metadata.httpStatusCode, 200);
    assert.match(answer.$metadata.requestId, /^[0-9a-f-]{36}$/);
    const [stored, ...others] = await read(sessionId);
    assert.equal(others.length, 0);
    assert.equal(stored.webEvent.eventName, "click");
    assert.equal(stored.customerId, "u-1");
    assert.equal(new Date(stored.createdDate).getTime(), sentAt.getTime());
    assert.deepEqual(stored.webEvent.attributes.seats, { dataType: "integer", value: "3" });
  });

  test("PutEvents: an attempt of the same call, and an event with the same id, are stored once", async () => {
    const sessionId = randomUUID();
    const forgetful = await openForgetful(collector.origin);
    const client = aws({ maxAttempts: 3 }, forgetful.origin);
    await client.send(putEvents("shop", sessionId, [event(), event({ eventId: "order-8" })]));
    assert.equal(forgetful.invocations.length, 2);
    await client.send(putEvents("shop", sessionId, [event({ eventId: "order-8" })]));
    forgetful.close();
    client.destroy();
    assert.equal((await read(sessionId)).length, 2);
  });

  test("PutEvents: what is wrong is raised as the error that AWS has for it", async () => {
    const refused = (command: object, name: string, message: RegExp, status: number, options = {}) =>
      assert.rejects(
        aws({ maxAttempts: 1, ...options }).send(command),
        (error: Error & { $metadata: { httpStatusCode: number } }) => {
          assert.deepEqual([error.name, error.$metadata.httpStatusCode], [name, status]);
          assert.match(error.message, message);
          return true;
        },
      );
    const good = putEvents("shop", "s", [event()]);
    const eleven = putEvents(
      "shop",
      "s",
      Array.from({ length: 11 }, () => event()),
    );
    await refused(eleven, "InvalidInputException", /^eventList: must have at most 10 items$/, 400);
    const old = putEvents("shop", "s", [event({ sentAt: new Date(0) })]);
    await refused(old, "InvalidInputException", /^eventList\[0\]\.sentAt: must not be before/, 400);
    const long = putEvents("shop", "s", [event({ properties: `{"a":"${"x".repeat(1_024)}"}` })]);
    await refused(long, "InvalidInputException", /properties: must have at most 1024 characters$/, 400);
    await refused(putEvents("no/site", "s", [event()]), "ResourceNotFoundException", /^trackingId: /, 404);
    const credentials = { ...ACCESS_KEY, secretAccessKey: "another" };
    await refused(good, "InvalidSignatureException", /not that of the request/, 403, { credentials });
    const unknown = { ...ACCESS_KEY, accessKeyId: "NOBODY" };
    await refused(good, "UnrecognizedClientException", /does not know/, 403, { credentials: unknown });
  });

  test("PutEvents: a client whose clock is an hour slow sets it by the answer and is heard", async () => {
    const sessionId = randomUUID();
    const client = aws({ systemClockOffset: -3_600_000 });
    await client.send(putEvents("shop", sessionId, [event()]));
    assert.equal((await read(sessionId)).length, 1);
  });

  test("what the tracker sent is read back, page by page and by kind", async () => {
    const tracked = await collector.track("shop");
    const api = journey();
    const ids: string[] = [];
    let after: string | undefined;
    do {
      const page = await api.getJourneySessionEvents(tracked.sessionId, { pageSize: "2", ...(after && { after }) });
      ids.push(...page.entities.map(({ id }: { id: string }) => id));
      after = page.nextUri && new URL(page.nextUri, collector.origin).searchParams.get("after");
    } while (after);
    assert.deepEqual(ids, tracked.eventIds);
    const eventType = "com.genesys.journey.WebActionEvent";
    const { entities } = await api.getJourneySessionEvents(tracked.sessionId, { eventType });
    assert.equal(entities.length, 1);
    assert.equal(entities[0].webActionEvent.action.prompt, "Buy");
    const session = await api.getJourneySession(tracked.sessionId);
    assert.deepEqual(
      [session.id, session.customerId, session.eventCount, session.pageviewCount, session.searchTerms],
      [tracked.sessionId, tracked.customerId, 3, 1, ["oolong"]],
    );
  });

  test("webevents and actionevent: a server's events join the visitor's session", async () => {
    const tracked = await collector.track("shop");
    const api = journey();
    const answer = await api.postJourneyDeploymentWebevents("shop", {
      body: {
        customerCookieId: tracked.customerId,
        eventName: "order_paid",
        page: { url: "https://shop.example/paid", title: "Paid" },
        createdDate: new Date().toISOString(),
        attributes: { total: { dataType: "number", value: "12.5" } },
      },
    });
    assert.equal(answer.session.id, tracked.sessionId);
    assert.equal(answer.session.eventCount, 4);
    assert.equal(answer.page.hostname, "shop.example");
    const [click] = (await read(tracked.sessionId)).filter((found: Record<string, never>) => found.webActionEvent);
    const { action } = click.webActionEvent;
    const reported = { sessionId: tracked.sessionId, actionId: action.id, actionState: "accepted" };
    await api.postJourneyDeploymentActionevent("shop", reported);
    const last = (await read(tracked.sessionId)).at(-1);
    assert.equal(last.webActionEvent.action.state, "accepted");
    assert.equal(last.webActionEvent.action.prompt, "Buy");
    assert.equal(last.customerId, tracked.customerId);
  });

  test("what is wrong rejects with Genesys' own error body", async () => {
    const refused = (call: Promise<unknown>, status: number, code: string, message: RegExp) =>
      assert.rejects(call, (body: { status: number; code: string; message: string }) => {
        assert.deepEqual([body.status, body.code], [status, code]);
        assert.match(body.message, message);
        return true;
      });
    const api = journey();
    const none = api.postJourneyDeploymentWebevents("shop", { body: { eventName: "a" } });
    await refused(none, 422, "unprocessable.entity", /^customerCookieId: is required$/);
    await refused(api.getJourneySession(randomUUID()), 404, "not.found", /no session/);
    const wide = api.getJourneySessionEvents("s", { pageSize: "201" });
    await refused(wide, 400, "bad.request", /^pageSize: must be a whole number from 1 to 200$/);
    await refused(journey("wrong").getJourneySession("s"), 401, "authentication.required", /token/);
  });
});
