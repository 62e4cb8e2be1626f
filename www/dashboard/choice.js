// Which site and which time. The choice is in the address, so that it can be shared and gone back to.

import { byId, element } from "../shared/element.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How long a range is, and in which pieces it is shown. Each begins with a whole piece. */
const RANGES = {
  "1h": { pieces: 60, ms: MINUTE_MS, interval: "minute" },
  "24h": { pieces: 24, ms: HOUR_MS, interval: "hour" },
  "7d": { pieces: 7, ms: DAY_MS, interval: "day" },
  "30d": { pieces: 30, ms: DAY_MS, interval: "day" },
  "90d": { pieces: 90, ms: DAY_MS, interval: "day" },
};

const { site, range, from, to, bots } = byId("choice").elements;

/** Fills the sites in and takes what the address says. */
export function offer(sites) {
  const wanted = address().get("site") ?? site.value;
  site.replaceChildren(...sites.map(({ siteId }) => element("option", { value: siteId }, siteId)));
  const latest = [...sites].sort((a, b) =>
    a.lastDay < b.lastDay ? 1 : a.lastDay > b.lastDay ? -1 : b.stored - a.stored,
  );
  site.value = sites.some(({ siteId }) => siteId === wanted) ? wanted : (latest[0]?.siteId ?? "");
}

/** Sets the fields to what the address says. */
export function recall() {
  const said = address();
  if ([...site.options].some((option) => option.value === said.get("site"))) site.value = said.get("site");
  range.value = said.get("range") in RANGES || said.get("range") === "days" ? said.get("range") : "7d";
  const today = new Date().toISOString().slice(0, 10);
  from.value = said.get("from") ?? from.value;
  to.value = said.get("to") ?? to.value;
  bots.checked = said.get("bots") === "include";
  from.value ||= new Date(Date.now() - 6 * DAY_MS).toISOString().slice(0, 10);
  to.value ||= today;
  to.max = today;
  showDays();
}

export function showDays() {
  byId("days").hidden = range.value !== "days";
}

/** What is chosen, as reports take it: { site, from, to, bots, interval }. Times are ISO 8601. */
export function chosen() {
  const now = Date.now();
  if (range.value === "days") {
    const begin = Date.parse(`${from.value}T00:00:00Z`);
    const end = Date.parse(`${to.value}T00:00:00Z`) + DAY_MS;
    const interval = end - begin <= 3 * DAY_MS ? "hour" : "day";
    return { site: site.value, from: iso(begin), to: iso(end), bots: counted(), interval };
  }
  const { pieces, ms, interval } = RANGES[range.value];
  const begin = Math.floor(now / ms) * ms - (pieces - 1) * ms;
  // Events may be dated up to a minute ahead.
  return { site: site.value, from: iso(begin), to: iso(now + MINUTE_MS), bots: counted(), interval };
}

/** Writes the choice into the address; `more` are parameters beside it, `null` takes one out. */
export function keep(more = {}, { push = false } = {}) {
  const parameters = address();
  const days = range.value === "days";
  const said = {
    site: site.value,
    range: range.value,
    from: days && from.value,
    to: days && to.value,
    bots: counted(),
    ...more,
  };
  for (const [name, value] of Object.entries(said)) {
    if (value) parameters.set(name, value);
    else parameters.delete(name);
  }
  const url = `${location.pathname}?${parameters}`;
  if (push) history.pushState(null, "", url);
  else history.replaceState(null, "", url);
}

/** What the reports' parameter `bots` says. */
function counted() {
  return bots.checked ? bots.value : "";
}

export function address() {
  return new URLSearchParams(location.search);
}

function iso(ms) {
  return Number.isNaN(ms) ? "" : new Date(ms).toISOString();
}
