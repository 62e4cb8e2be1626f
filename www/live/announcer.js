// Tells screen readers what is new, gathered, so that they are not talked over.

import { byId } from "../shared/element.js";
import { LOOK_NAMES } from "../shared/wording.js";

/** Time over which news are gathered, in milliseconds. */
const ANNOUNCE_MS = 4_000;

let news = [];

export function announce(entry) {
  if (news.length === 0) setTimeout(speak, ANNOUNCE_MS);
  news.push(`${LOOK_NAMES[entry.look]}: ${entry.title}`);
}

function speak() {
  const told = news.length > 3 ? `${news.length} new events, last ${news.at(-1)}` : news.join(". ");
  byId("announcer").textContent = told;
  news = [];
}
