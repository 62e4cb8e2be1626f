// Delivery: what was tracked, stored, dropped and lost, and how far clocks are off.

import { byId, element } from "../shared/element.js";
import { counted, several, spanOf } from "./format.js";
import { showPlot } from "./plot.js";
import { read } from "./read.js";
import { nothing, table } from "./table.js";

const COUNTS = { tracked: "Tracked", stored: "Stored", duplicates: "Delivered again", rejected: "Rejected" };

const REASONS = {
  queue_full: "more was waiting than a tracker keeps",
  too_large: "longer than a batch",
  invalid: "its name is empty or too long",
  no_consent: "no consent",
  rejected: "the collector refused it",
  expired: "waited too long",
  filtered: "the site's own rules",
  other: "another reason",
};

export async function showDelivery({ site, from, to }, signal) {
  const { days, clocks } = await read("reports/delivery", { site, from, to }, signal);
  const sum = (of) => days.reduce((total, day) => total + of(day), 0);
  const dropped = Object.keys(REASONS).map((reason) => ({ reason, events: sum((day) => day.dropped[reason] ?? 0) }));
  const facts = [
    ...Object.entries(COUNTS).map(([member, name]) => [name, sum((day) => day[member])]),
    ["Dropped", dropped.reduce((total, { events }) => total + events, 0)],
    ["Missing", sum(({ missing }) => missing)],
  ];
  byId("delivery-totals").replaceChildren(
    ...facts.map(([name, count]) => element("div", {}, element("dt", {}, name), element("dd", {}, counted(count)))),
  );
  const filled = withoutGaps(days, from, to);
  showPlot(byId("delivery-plot"), {
    name: "Delivery",
    interval: "day",
    height: 180,
    times: filled.map(({ day }) => Date.parse(`${day}T00:00:00Z`)),
    series: [
      { name: "Tracked", color: "--pageview", isDashed: true, values: filled.map(({ tracked }) => tracked) },
      { name: "Stored", color: "--good", isFilled: true, values: filled.map(({ stored }) => stored) },
      { name: "Delivered again", color: "--warn", values: filled.map(({ duplicates }) => duplicates) },
    ],
  });
  const columns = [
    { name: "Reason", of: ({ reason }) => `${reason}: ${REASONS[reason]}` },
    { name: "Events", isNumber: true, of: ({ events }) => events },
  ];
  byId("delivery-drops").replaceChildren(
    table(
      "Dropped events by reason",
      columns,
      dropped.filter(({ events }) => events > 0),
      ({ events }) => events,
    ),
  );
  byId("delivery-clocks").replaceChildren(clockFacts(clocks));
}

/** A plot's days, also those on which nothing arrived. */
function withoutGaps(days, from, to) {
  const known = new Map(days.map((day) => [day.day, day]));
  const filled = [];
  for (let at = Date.parse(`${from.slice(0, 10)}T00:00:00Z`); at < Date.parse(to); at += 86_400_000) {
    const day = new Date(at).toISOString().slice(0, 10);
    filled.push(known.get(day) ?? { day, tracked: 0, stored: 0, duplicates: 0 });
  }
  return filled;
}

/** The collector's clock less the sender's, at the arrival of a batch. */
function clockFacts({ sampledBatches, corrected, p5Ms, medianMs, p95Ms }) {
  if (!sampledBatches) return nothing();
  const facts = [
    ["In the middle", `${offBy(medianMs)}, the way to the collector included`],
    ["Nine of ten", `${offBy(p5Ms)} to ${offBy(p95Ms)}`],
    ["Corrected", `${counted(corrected)} of ${several(sampledBatches, "batch", "batches")}: off by more than a minute`],
  ];
  return element(
    "dl",
    { className: "facts" },
    ...facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]),
  );
}

function offBy(ms) {
  return ms < 0 ? `${spanOf(-ms)} ahead` : `${spanOf(ms)} behind`;
}
