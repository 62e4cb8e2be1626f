/**
 * The body of a batch, of lines of the outbox. What its events share is written once, under `defaults`, and merged
 * under each event by the collector (RFC 7396); an event of another page view or session than the first says the
 * difference itself.
 *
 * An event's line has its whole context in it, so that any page of the site can send it:
 * key, time, clock's epoch, type, members; visitor, session, page view, place, browser and device.
 */
import { Id, yields } from "./ids";
import { ENVIRONMENT } from "./members";

/** The package's version; set by the build. */
declare const __VERSION__: string;

/** Latest time that can be written, in Unix milliseconds: the end of the year 9999. */
const MAX_TIME = 253_402_300_799_999;

/** How many words of a line are no context. */
const OWN_WORDS = 5;

/** The words of a line. */
export const wordsOf = (line: string) => line.split("\x1f");

/** The part of a line that events of one page view and session have in common. */
export const contextOf = (line: string) => wordsOf(line).slice(OWN_WORDS).join("\x1f");

/**
 * Two tabs may have settled on one session since, and a consent may have made the visitor known: of whom that is, and
 * which clock they have now, `ids` and `epoch` tell. A customer stays who they were. `asked` are ids of batches in doubt.
 */
export function bodyOf(batch: string, site: string, parts: string[], asked: string[], ids: string[], epoch: number) {
  let counters = "";
  let defaults = "";
  let shared: string | undefined;
  const events: string[] = [];
  for (const part of parts) {
    const [
      key = "",
      at,
      madeIn,
      word,
      members = "",
      visitor = "",
      session = "",
      view = "",
      place = "",
      environment = "",
    ] = wordsOf(part);
    if (key[0] === "c" && at) counters = `"counters":${at},`;
    if (key[0] !== "e") continue;
    const own = ids[Id.Session] as string;
    const isSettled = session === own || yields(session, own);
    const known = isSettled ? (ids[Id.Visitor] as string) : visitor;
    const [, type, customer] = /=([^=]*)=?(.*)/s.exec(visitor) ?? [];
    const visit = `${
      known && `"customerId":"${type ? customer : known.split("=", 1)}","customerIdType":"${type || "cookie"}",`
    }"session":{"id":"${isSettled ? own : session}","type":"web"},"correlationId":"${view}",`;
    // Of a line that is damaged something may be missing, and the batch must be JSON all the same.
    const where = place && place + environment;
    const context = contextOf(part);
    if (shared === undefined) {
      shared = context;
      defaults = `"defaults":{${visit}"eventType":"com.genesys.journey.WebEvent","webEvent":{${where}}},`;
    }
    const isShared = context === shared;
    events.push(
      `{"id":"${key.slice(1)}","createdDate":"${new Date(Math.min(Math.abs(at as never) || 0, MAX_TIME)).toISOString()}",${
        Number(madeIn) === epoch ? "" : '"clockChanged":true,'
      }${isShared ? "" : visit}${
        word
          ? `"eventType":"com.genesys.journey.${word}","webEvent":null${members && `,${members.split(ENVIRONMENT).join(environment)}`}`
          : `"webEvent":{${isShared || !where ? "" : `${where},`}${members}}`
      }}`,
    );
  }
  return `"id":"${batch}","siteId":"${site}","tracker":{"name":"sillage","version":"${__VERSION__}"},"receipts":[${asked.map(
    (id) => `"${id}"`,
  )}],${counters}${defaults}"events":[${events}]}`;
}
