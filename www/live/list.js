// The list of events, its filters and its totals.

import { byId, element } from "../shared/element.js";
import { visitorOf } from "../shared/wording.js";
import { entryOf } from "./row.js";

/** Events kept in the page; older ones leave. */
export const MAX_EVENTS = 500;

const list = byId("events");
const filters = byId("filters");
const visitors = new Set();
const totals = { pageview: 0, click: 0, custom: 0 };

/** Everything shown, newest first; entries as `entryOf` makes them. */
export let entries = [];

/** Shows a message at the top; gives its entry. */
export function add(message) {
  const entry = entryOf(message, causeOf);
  entries.unshift(entry);
  for (const old of entries.splice(MAX_EVENTS)) old.item.remove();
  entry.item.hidden = !matches(entry);
  list.prepend(entry.item);
  totals[entry.look] += 1;
  visitors.add(visitorOf(message.event));
  rememberSite(message.siteId);
  return entry;
}

function causeOf(event) {
  return entries.find((entry) => entry.message.event.id === event.correlationId)?.message.event;
}

export function showTotals() {
  for (const look of Object.keys(totals)) byId(`total-${look}`).textContent = totals[look];
  byId("total-visitor").textContent = visitors.size;
  byId("empty").hidden = entries.length > 0;
  byId("no-match").hidden = entries.length === 0 || entries.some((entry) => !entry.item.hidden);
}

function rememberSite(site) {
  const select = filters.elements.site;
  if ([...select.options].some((option) => option.value === site)) return;
  select.append(element("option", { value: site }, site));
}

function matches(entry) {
  const looks = [...filters.querySelectorAll("[name=look]:checked")].map((box) => box.value);
  const text = filters.elements.text.value.trim().toLowerCase();
  const site = filters.elements.site.value;
  return looks.includes(entry.look) && (!site || entry.message.siteId === site) && entry.haystack.includes(text);
}

export function applyFilters() {
  for (const entry of entries) entry.item.hidden = !matches(entry);
  showTotals();
}

export function clear() {
  entries = [];
  visitors.clear();
  for (const look of Object.keys(totals)) totals[look] = 0;
  list.replaceChildren();
  showTotals();
}

/** The entry whose row an element of the list belongs to. */
export function entryAt(node) {
  return entries.find((entry) => entry.button.contains(node));
}

export function moveFocus(step) {
  const buttons = entries.filter((entry) => !entry.item.hidden).map((entry) => entry.button);
  const at = buttons.indexOf(document.activeElement);
  if (at >= 0) buttons[Math.min(Math.max(at + step, 0), buttons.length - 1)].focus();
}
