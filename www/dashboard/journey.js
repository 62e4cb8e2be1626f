// The last sessions, and what one visitor did as a timeline.

import { byId, element } from "../shared/element.js";
import { colored } from "../shared/json.js";
import { LOOK_NAMES, lookOf, pageOf, subtitleOf, titleOf } from "../shared/wording.js";
import { address, keep } from "./choice.js";
import { dayOf, momentOf, several, spanOf, timeOf } from "./format.js";
import { read } from "./read.js";
import { named, nothing, table } from "./table.js";

const SESSIONS = 15;
const STEPS = 100;

/** What is shown: the visitor, the events from the last to the first, and where more of them are. */
let shown = null;

export async function showSessions({ site, from, to, bots }, signal) {
  const { sessions } = await read("reports/sessions", { site, from, to, bots, limit: SESSIONS }, signal);
  const columns = [
    { name: "Visitor", of: visitorLink },
    { name: "Last seen", isShort: true, of: ({ endedAt }) => momentOf(endedAt) },
    { name: "For", isShort: true, of: ({ startedAt, endedAt }) => spanOf(Date.parse(endedAt) - Date.parse(startedAt)) },
    { name: "Began with", of: ({ entryUrl }) => entryUrl ?? "" },
    { name: "From", of: ({ campaignName, referrerHostname }) => campaignName ?? referrerHostname ?? "directly" },
    { name: "Views", isNumber: true, of: ({ pageviews }) => pageviews },
    { name: "Clicks", isNumber: true, of: ({ clicks }) => clicks },
    { name: "Events", isNumber: true, of: ({ events }) => events },
  ];
  byId("sessions").replaceChildren(table("Last sessions", columns, sessions));
}

function visitorLink({ visitor, browserFamily, deviceCategory, country, isBot }) {
  const link = element("button", { type: "button", className: "link" }, shortName(visitor));
  link.ariaLabel = `Journey of visitor ${shortName(visitor)}`;
  link.addEventListener("click", () => {
    keep({ visitor }, { push: true });
    void showJourney().then(() => byId("journey-heading").focus());
  });
  return named(link, [isBot && "program", browserFamily, deviceCategory, country].filter(Boolean).join(", "));
}

/** The end of an id tells visitors apart; `session:` are those without one. */
function shortName(visitor) {
  const [, type, id] = /^([^:]*):(.*)$/s.exec(visitor ?? "") ?? [];
  if (!id) return "unknown";
  return type === "session" ? `anonymous ${id.slice(-6)}` : type === "cookie" ? id.slice(-6) : id;
}

/** Shows the visitor that the address names, or nothing. */
export async function showJourney(signal) {
  const parameters = address();
  const visitor = parameters.get("visitor");
  byId("journey-card").hidden = !visitor;
  if (!visitor) {
    shown = null;
    return;
  }
  shown = { site: byId("choice").elements.site.value, visitor, events: [], next: null };
  await showMore(signal);
}

/** Reads what was before that which is shown. */
export async function showMore(signal) {
  const wanted = shown;
  const { site, visitor, next } = wanted;
  const page = await read("reports/journey", { site, visitor, before: next, limit: STEPS }, signal);
  if (shown !== wanted) return;
  shown.events.push(...page.events);
  shown.next = page.next;
  draw();
}

function draw() {
  const { visitor, events, next } = shown;
  byId("journey-heading").textContent = `Journey of ${shortName(visitor)}`;
  byId("journey-more").hidden = !next;
  const byEventId = new Map(events.map(({ event }) => [event.id, event]));
  const causeOf = (event) => byEventId.get(event.correlationId);
  const sessions = Map.groupBy
    ? Map.groupBy(events, ({ event }) => event.session?.id ?? "")
    : grouped(events, ({ event }) => event.session?.id ?? "");
  byId("journey").replaceChildren(
    ...(events.length
      ? [...sessions.values()].map((session) => sessionOf(session, causeOf))
      : [nothing("Nothing is stored about this visitor on this site.")]),
  );
}

function sessionOf(lastFirst, causeOf) {
  const events = [...lastFirst].reverse();
  let previous = null;
  const steps = events.map(({ event }) => {
    const step = stepOf(event, previous, causeOf);
    previous = event;
    return step;
  });
  return element(
    "section",
    { className: "journey-session" },
    element("h3", {}, `${dayOf(events[0].event.createdDate)}: ${several(events.length, "event")}`),
    element("ol", { className: "steps" }, ...steps),
  );
}

function stepOf(event, previous, causeOf) {
  const look = lookOf(event);
  const waited = previous ? Date.parse(event.createdDate) - Date.parse(previous.createdDate) : 0;
  const subtitle = subtitleOf(event);
  const page = pageOf(event, causeOf);
  const whole = element("pre", { tabIndex: 0 }, element("code", {}));
  whole.ariaLabel = "The whole event as JSON";
  whole.role = "group";
  const details = element("details", {}, element("summary", {}, "Whole event"), whole);
  details.addEventListener("toggle", () => {
    whole.firstChild.replaceChildren(...colored(JSON.stringify(event, null, 2)));
  });
  const step = element(
    "li",
    {},
    element("time", { dateTime: event.createdDate ?? "" }, timeOf(event.createdDate)),
    " ",
    element("span", { className: "hidden-visually" }, `${LOOK_NAMES[look]}: `),
    element("strong", {}, titleOf(event)),
    waited >= 1_000 ? element("time", {}, ` after ${spanOf(waited)}`) : null,
    subtitle ? element("small", {}, subtitle) : null,
    page ? element("small", {}, page) : null,
    details,
  );
  step.dataset.look = look;
  return step;
}

function grouped(items, keyOf) {
  const groups = new Map();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
