// The visit: opens the page with a mark in its address, and waits for its events in the live stream.

import { readToken } from "../shared/token.js";

/** How long the first event may take, in milliseconds. Pages may be slow, and trackers wait for two seconds. */
const PATIENCE_MS = 30_000;

/** How long a second page view is waited for, in milliseconds: both trackers of a page send at about the same time. */
const SECOND_MS = 5_000;

const PARAMETER = "sillage_check";

const TITLE = "The first event";

/**
 * Opens `url` and calls `tell` with a line whenever more is known. Gives a function that ends it.
 *
 * @param {{ url: string, tell: (line: object) => void }} visit
 */
export function visit({ url, tell }) {
  const mark = String(Math.floor(Math.random() * 1e8)).padStart(8, "0");
  const marked = new URL(url);
  marked.searchParams.set(PARAMETER, mark);
  const began = Date.now();
  const views = new Set();
  let first;
  // At once: browsers open no window that nobody has just asked for. The page may do nothing to this one.
  open(marked.href, "_blank", "noopener");

  const parameters = new URLSearchParams({ recent: "50" });
  const token = readToken();
  if (token) parameters.set("token", token);
  const source = new EventSource(`v1/live?${parameters}`);
  let timer = 0;
  const end = () => {
    clearTimeout(timer);
    source.close();
  };
  const conclude = (verdict, text, cure) => {
    end();
    tell({ id: "event", verdict, title: TITLE, text, cure });
  };
  timer = setTimeout(() => conclude("bad", ...missing(marked)), PATIENCE_MS);

  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED)
      conclude("unknown", "The collector's live stream cannot be read.", "Reload this page and try again.");
  });
  source.addEventListener("message", ({ data }) => {
    const { siteId, receivedAt, event } = JSON.parse(data);
    if (!isOfVisit(event, Date.parse(receivedAt) >= began, marked, mark)) return;
    if (event.webEvent?.eventName === "page_viewed") views.add(event.id);
    if (!first) {
      first = { siteId, afterMs: Date.now() - began };
      clearTimeout(timer);
      tell({
        id: "event",
        verdict: "waiting",
        title: TITLE,
        text: "It is stored. Whether another tracker sends too is waited for.",
      });
      timer = setTimeout(() => conclude("ok", ...stored(first)), SECOND_MS);
    }
    if (views.size < 2) return;
    const text = "Two page views came of one visit: two trackers are on the page, or it changes its address at once.";
    tell({
      id: "twice",
      verdict: "warn",
      title: "Included once",
      text,
      cure: "Keep the script tag or the npm package, not both.",
    });
    conclude("ok", ...stored(first));
  });
  tell({ id: "event", verdict: "waiting", title: TITLE, text: `Waiting for an event of ${marked.href}.` });
  return end;
}

const stored = ({ siteId, afterMs }) => [
  `It is stored, for the site "${siteId}", ${(afterMs / 1000).toFixed(1)} s after the page was opened.`,
];

/** By its mark; where the site takes parameters out of addresses, by its page. */
function isOfVisit(event, isNew, marked, mark) {
  const address = (event.webEvent ?? event.webActionEvent)?.page?.url ?? "";
  if (address.includes(`${PARAMETER}=${mark}`)) return true;
  return isNew && URL.canParse(address) && !address.includes(PARAMETER) && samePage(new URL(address), marked);
}

const samePage = (a, b) => a.host === b.host && a.pathname === b.pathname;

function missing({ href }) {
  const causes = [
    "a blocker in this browser",
    "a consent banner that was not answered",
    "an error in the page's console",
    "another collector that the page sends to",
  ];
  if (navigator.globalPrivacyControl)
    causes.unshift(
      "Global Privacy Control, by which events are anonymous and wait for nothing, but some sites load no tracker then",
    );
  const cure = `Add ?sillage_debug to the address and look at the overlay and the console there. What it may be: ${causes.join("; ")}.`;
  return [`None came from ${href} within ${PATIENCE_MS / 1000} seconds.`, cure];
}
