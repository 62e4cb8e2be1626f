// Page views and visitors over time.

import { byId } from "../shared/element.js";
import { counted } from "./format.js";
import { showPlot } from "./plot.js";
import { read } from "./read.js";

export async function showTraffic(choice, signal) {
  const { totals, buckets, interval } = await read("reports/traffic", choice, signal);
  for (const what of ["pageviews", "visitors", "sessions", "events"]) {
    byId(`total-${what}`).textContent = counted(totals[what]);
  }
  showPlot(byId("traffic-plot"), {
    name: "Page views and visitors",
    interval,
    times: buckets.map(({ at }) => Date.parse(at)),
    series: [
      { name: "Page views", color: "--pageview", isFilled: true, values: buckets.map(({ pageviews }) => pageviews) },
      { name: "Visitors", color: "--visitor", isDashed: true, values: buckets.map(({ visitors }) => visitors) },
    ],
  });
}
