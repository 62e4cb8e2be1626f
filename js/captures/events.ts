/** What the module records, in words: names of events and of what they tell. */
import { nameOf } from "./numbers";

/**
 * Events, each with the names of its numbers, as `Event` in `crates/capture/src/shell.rs` has both. Behind a `:` stands the
 * name of what has that number, and what ends in `?` is left out where it is 0.
 */
const EVENTS = `page_left timeOnPageMs scrollDepthPercent?
page_engaged engagedMs
page_scrolled percent
form_started :form :field
form_submitted :form fieldsChanged timeSpentMs
form_abandoned :form fieldsChanged timeSpentMs :lastField
rage_clicked
dead_clicked
error_clicked
error_occurred
played
paused
seeked ,fromMs
progressed ,percent
ended`.split("\n");

/** What every event of a recording tells first. */
const MEDIA = " :media positionMs durationMs? playedMs";

/** Where those of recordings begin. */
const FIRST_OF_MEDIA = EVENTS.indexOf("played");

/** The number of the event of a trigger, which has the site's own name. */
export const TRIGGERED = EVENTS.length;

/** The name of an event and what it tells; a recording's number is odd where it is a video. */
export function eventOf(number: number, numbers: number[]): [name: string, props: { [name: string]: unknown }] {
  const [first = 0] = numbers;
  let text = EVENTS[number] as string;
  if (number >= FIRST_OF_MEDIA) {
    const [name, own = ""] = text.split(" ,");
    text = `${first & 1 ? "video" : "audio"}_${name}${MEDIA} ${own}`;
    numbers = [first >> 1, ...numbers.slice(1)];
  }
  const [name = "", ...members] = text.trim().split(" ");
  const props: { [name: string]: unknown } = {};
  members.forEach((member, at) => {
    const value = numbers[at] as number;
    if (member.startsWith(":")) props[member.slice(1)] = nameOf(value);
    else if (!member.endsWith("?")) props[member] = value;
    else if (value) props[member.slice(0, -1)] = value;
  });
  return [name, props];
}
