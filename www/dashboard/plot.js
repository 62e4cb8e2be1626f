// A plot, drawn by uPlot, with all that it shows in words: a slider that goes through its points with the
// keys of arrows and says each, and a table.

/* global uPlot */
import { element } from "../shared/element.js";
import { bucketName, counted, shortCounted, tickName } from "./format.js";
import { table } from "./table.js";

const HEIGHT = 220;

/** Steps between the marks of an axis of days, in seconds. */
const DAYS = [1, 2, 7, 14, 28, 56, 112].map((days) => days * 86_400);

/** Every plot that stands in the page, to draw it again in other colours or another width. */
const plots = new Map();

const widths = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    const width = Math.floor(contentRect.width);
    const plot = plots.get(target);
    if (plot && width > 0 && plot.drawn.width !== width) plot.drawn.setSize({ width, height: plot.height });
  }
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const plot of plots.values()) plot.draw();
});

/**
 * Shows a plot in `place`, which keeps what of it is open. `times` are the beginnings of buckets in
 * milliseconds; `series` are { name, color (a custom property), values, isDashed, isFilled }.
 */
export function showPlot(place, { name, interval, times, series, height = HEIGHT }) {
  const kept = plots.get(place.querySelector(".plot"));
  const at = kept ? Math.min(kept.at, times.length - 1) : times.length - 1;
  const wasOpen = place.querySelector("details")?.open ?? false;
  const hadFocus = place.contains(document.activeElement) ? document.activeElement.localName : "";
  const canvas = element("div", { className: "plot", role: "img", ariaLabel: summary(name, interval, times, series) });
  const slider = element("input", { type: "range", min: 0, max: times.length - 1, value: at });
  slider.ariaLabel = `${name}: point in time`;
  const output = element("output", {});
  const details = element(
    "details",
    { open: wasOpen },
    element("summary", {}, "As a table"),
    tableOf(name, interval, times, series),
  );
  if (kept) {
    kept.drawn.destroy();
    widths.unobserve(kept.canvas);
    plots.delete(kept.canvas);
  }
  place.replaceChildren(keyOf(series), canvas, element("div", { className: "plot-point" }, slider, output), details);

  const plot = { canvas, at, height, drawn: null };
  const say = () => {
    const words = pointInWords(interval, times, series, plot.at);
    output.textContent = words;
    slider.value = plot.at;
    slider.ariaValueText = words;
  };
  plot.draw = () => {
    plot.drawn?.destroy();
    plot.drawn = new uPlot(
      options(canvas, { interval, series, height }, (point) => {
        plot.at = point;
        say();
      }),
      [times.map((ms) => ms / 1_000), ...series.map(({ values }) => values)],
      canvas,
    );
  };
  slider.addEventListener("input", () => {
    plot.at = Number(slider.value);
    say();
    const left = plot.drawn.valToPos(times[plot.at] / 1_000, "x");
    plot.drawn.setCursor({ left, top: plot.drawn.bbox.height / devicePixelRatio / 2 }, false);
  });
  plots.set(canvas, plot);
  plot.draw();
  say();
  widths.observe(canvas);
  if (hadFocus) place.querySelector(hadFocus)?.focus();
}

function options(canvas, { interval, series, height }, pointed) {
  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: color("--muted"),
    ticks: { stroke: color("--line") },
    grid: { stroke: color("--line"), width: 1 },
  };
  return {
    width: Math.max(200, Math.floor(canvas.getBoundingClientRect().width)),
    height,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), "Etc/UTC"),
    scales: { y: { range: (_, least, most) => [Math.min(0, least), Math.max(4, most * 1.1)] } },
    axes: [
      {
        ...axis,
        incrs: interval === "day" ? DAYS : undefined,
        values: (_, ticks, __, ___, step) => ticks.map((tick) => tickName(tick * 1_000, step)),
      },
      { ...axis, size: 52, values: (_, ticks) => ticks.map(shortCounted) },
    ],
    series: [
      {},
      ...series.map((one) => ({
        label: one.name,
        stroke: color(one.color),
        width: 2,
        dash: one.isDashed ? [6, 4] : undefined,
        fill: one.isFilled ? `color-mix(in srgb, ${color(one.color)} 14%, transparent)` : undefined,
        points: { show: one.values.length <= 40, size: 5 },
      })),
    ],
    hooks: {
      setCursor: [
        (plot) => {
          if (plot.cursor.idx != null && plot.cursor.event) pointed(plot.cursor.idx);
        },
      ],
    },
  };
}

function keyOf(series) {
  const items = series.map(({ name, color, isDashed }) => {
    const item = element("li", {}, name);
    item.style.setProperty("--look", `var(${color})`);
    if (isDashed) item.dataset.dashed = "";
    return item;
  });
  return element("ul", { className: "plot-key" }, ...items);
}

function pointInWords(interval, times, series, at) {
  if (times.length === 0) return "";
  const values = series.map(({ name, values }) => `${name} ${counted(values[at])}`);
  return `${bucketName(times[at], interval)}: ${values.join(", ")}`;
}

function summary(name, interval, times, series) {
  if (times.length === 0) return `${name}: nothing in this time`;
  const ends = `${bucketName(times[0], interval)} to ${bucketName(times.at(-1), interval)}`;
  const peaks = series.map(({ name, values }) => `${name} at most ${counted(Math.max(...values))}`);
  return `${name} by ${interval}, ${ends}: ${peaks.join(", ")}. The table below has every value.`;
}

function tableOf(name, interval, times, series) {
  const columns = [
    { name: interval === "day" ? "Day" : "Time", of: (at) => bucketName(times[at], interval) },
    ...series.map(({ name, values }) => ({ name, isNumber: true, of: (at) => values[at] })),
  ];
  // The last first: it is what one looks for.
  return table(`${name} by ${interval}`, columns, [...times.keys()].reverse());
}
