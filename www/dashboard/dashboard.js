// Dashboard. Begins here: asks for what is chosen, again and again, and says what is wrong.

import { byId } from "../shared/element.js";
import { forgetToken, keepToken, readToken } from "../shared/token.js";
import { chosen, keep, offer, recall, showDays } from "./choice.js";
import { showDelivery } from "./delivery.js";
import { closeProperties, showEvents } from "./events.js";
import { showJourney, showMore, showSessions } from "./journey.js";
import { showNow } from "./now.js";
import { readSites } from "./read.js";
import { showCampaigns, showPages, showSources } from "./tops.js";
import { showTraffic } from "./traffic.js";

/** Time between two looks at who is there now, and at all the rest, in milliseconds. */
const NOW_MS = 10_000;
const ALL_MS = 60_000;

const REPORTS = [showTraffic, showPages, showSources, showCampaigns, showEvents, showSessions, showDelivery];

const choice = byId("choice");
const reports = byId("reports");
let reading = new AbortController();
let readAt = 0;

/** Shows everything anew; what is still on its way is given up. */
async function showAll() {
  reading.abort();
  reading = new AbortController();
  const { signal } = reading;
  readAt = Date.now();
  reports.ariaBusy = "true";
  try {
    const sites = await readSites(signal);
    offer(sites);
    byId("token-form").hidden = true;
    byId("refused").hidden = true;
    byId("empty").hidden = sites.length > 0;
    reports.hidden = sites.length === 0;
    if (sites.length === 0) return say("");
    const what = chosen();
    const shown = await Promise.allSettled([showNow, ...REPORTS].map((show) => show(what, signal)));
    if (signal.aborted) return;
    const failed = shown.find(({ status }) => status === "rejected");
    if (failed) throw failed.reason;
    say(`As of ${new Date().toISOString().slice(11, 19)}`);
  } catch (error) {
    if (!signal.aborted) explain(error);
  } finally {
    if (!signal.aborted) reports.ariaBusy = "false";
  }
}

function explain(error) {
  if (error.status === 401) return askForToken();
  if (error.status === 403) {
    byId("refused-reason").textContent = error.message;
    byId("refused").hidden = false;
    reports.hidden = true;
    return say("");
  }
  say(error.status ? error.message : "The collector cannot be reached. Trying again.", true);
}

function askForToken() {
  const form = byId("token-form");
  if (readToken()) byId("token-hint").textContent = "The token that was given is not the right one.";
  forgetToken();
  form.hidden = false;
  reports.hidden = true;
  form.elements.token.focus();
  say("");
}

function say(words, isBad = false) {
  const state = byId("state");
  state.textContent = words;
  state.classList.toggle("is-bad", isBad);
}

/** A number of requests, one after the other, that gives up when the page is not looked at. */
function look() {
  if (document.hidden || !byId("token-form").hidden || !byId("refused").hidden) return;
  if (reports.hidden || Date.now() - readAt >= ALL_MS) void showAll();
  else void showNow(chosen(), reading.signal).catch((error) => !reading.signal.aborted && explain(error));
}

choice.addEventListener("submit", (submit) => submit.preventDefault());
choice.addEventListener("change", (change) => {
  showDays();
  closeProperties();
  const isOther = change.target.name === "site";
  keep(isOther ? { visitor: null } : {});
  if (isOther) void showJourney();
  void showAll();
});
byId("token-form").addEventListener("submit", (submit) => {
  submit.preventDefault();
  keepToken(submit.target.elements.token.value);
  void start();
});
byId("journey-close").addEventListener("click", () => {
  keep({ visitor: null }, { push: true });
  void showJourney();
  byId("sessions-heading").closest("section").querySelector("button")?.focus();
});
byId("journey-more").addEventListener("click", () => void showMore().catch(explain));
addEventListener("popstate", () => {
  recall();
  void start();
});
document.addEventListener("visibilitychange", look);
setInterval(look, NOW_MS);

byId("snippet").textContent =
  `<script async src="${new URL("sillage.js", location.href)}" data-site="my-site"></` + "script>";

async function start() {
  await showAll();
  if (!reports.hidden) await showJourney().catch(explain);
}

recall();
void start();
