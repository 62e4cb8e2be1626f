/** Lines of the outbox, written by hand, word by word. */

/** Words of a line. */
export const words = (...them: (string | number)[]) => them.join("\x1f");

/** The line of a batch that was formed of these. */
export const batchOf = (id: string, ...parts: string[]) => `d${id}\x1f\x1e${parts.join("\x1e")}`;

/** The line that these events were written down in. */
export const lineOf = (...events: string[]) => `${events[0]?.split("\x1f", 1)}\x1f\x1e${events.join("\x1e")}`;

/** A UUID of version 7, made at that time, the `n`th of its kind. */
export function idAt(at: number, n = 0) {
  const digits = at.toString(16).padStart(12, "0");
  return `${digits.slice(0, 8)}-${digits.slice(8)}-7000-8000-${n.toString(16).padStart(12, "0")}`;
}

/** What an event says of where it happens and with what, as `placeOf` writes it. */
export const PLACE = '"page":{"url":"https://a.test/x","title":"X"},"referrer":null';
export const ENVIRONMENT = ',"browser":{"family":"Firefox"},"device":{"isMobile":false}';

/** An event, as a part of a line or of a batch. */
export const eventLine = ({
  id = "E",
  at = 1_767_225_600_000 as number | string,
  epoch = 0 as number | string,
  word = "",
  members = '"eventName":"page_viewed"',
  visitor = "V",
  session = "S",
  view = "P",
  place = PLACE,
  environment = ENVIRONMENT,
} = {}) => words(`e${id}`, at, epoch, word, members, visitor, session, view, place, environment);
