// Who is there now.

import { byId } from "../shared/element.js";
import { several } from "./format.js";
import { showPlot } from "./plot.js";
import { read } from "./read.js";
import { table } from "./table.js";

export async function showNow({ site, bots }, signal) {
  const report = await read("reports/now", { site, bots }, signal);
  const { active } = report;
  byId("now-sessions").textContent = active.sessions;
  byId("now-words").textContent =
    `${active.sessions === 1 ? "session" : "sessions"} in the last 5 minutes, ` +
    `of ${several(active.visitors, "visitor")} with ${several(active.pageviews, "page view")}`;
  showPlot(byId("now-plot"), {
    name: "The last 30 minutes",
    interval: "minute",
    height: 130,
    times: report.minutes.map(({ at }) => Date.parse(at)),
    series: [
      {
        name: "Page views",
        color: "--pageview",
        isFilled: true,
        values: report.minutes.map(({ pageviews }) => pageviews),
      },
    ],
  });
  const columns = [
    { name: "Page", of: ({ page }) => page },
    { name: "Views", isNumber: true, of: ({ pageviews }) => pageviews },
  ];
  byId("now-pages").replaceChildren(
    table("Pages seen in the last 5 minutes", columns, report.pages.slice(0, 5), ({ pageviews }) => pageviews),
  );
}
