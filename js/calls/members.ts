/** Takes the members that a call gives, each held to its rule: what breaks it is left out, and said. */

export type Json = Record<string, unknown>;

/** Hears the name of a member, and the rule that it breaks. */
export type Wrong = (name: string, rule: string) => void;

const STATES =
  "accepted rejected timedout errored ignored qualified offered started engaged qualifiedOutsideSchedule offeredOutsideSchedule abandoned completed frequencyCapReached";
const MEDIA_TYPES = "webchat webMessagingOffer contentOffer integrationAction architectFlow openAction";

/** Names that Amazon Personalize keeps for itself, in any case: a property of such a name fails the whole call. */
const RESERVED = /^(userId|sessionId|eventType|timestamp|recommendationId|impression)$/i;

/** Bounds of what Amazon Personalize takes; an enum, for those the build writes where they are used. */
enum Most {
  /** Of properties, as JSON, and of a source of attribution. */
  Chars = 1_024,
  Items = 25,
  ItemChars = 256,
}

const isObject = (it: unknown) => typeof it === "object" && !!it && !Array.isArray(it);
const countChars = (text: string) => [...text].length;
const asText = (it: unknown) => (typeof it === "number" ? String(it) : it);
const isText = (it: unknown, most: number) => typeof it === "string" && it !== "" && countChars(it) <= most;

/** Says that a property is called as Amazon Personalize forbids, or that all are too long; whether they can be sent. */
export function checkProperties(properties: unknown, wrong: Wrong, name: string): boolean {
  if (!isObject(properties)) {
    wrong(name, "must be an object");
    return false;
  }
  const reserved = Object.keys(properties as object).filter((it) => RESERVED.test(it));
  for (const key of reserved) wrong(key, "is reserved by Amazon Personalize");
  const isShort = countChars(JSON.stringify(properties)) <= Most.Chars;
  if (!isShort) wrong(name, "must have at most 1,024 characters as JSON for Amazon Personalize");
  return isShort && !reserved[0];
}

/** For each rule what it asks for, and what becomes of a value: nothing where the rule is broken. */
const RULES: Record<string, [rule: string, take: (value: unknown, most: number) => unknown]> = {
  t: ["must be a text of 1 to # characters", (it, most) => isText(asText(it), most) && asText(it)],
  w: ["must be a whole number", (it) => Number.isSafeInteger(it) && (it as number) >= 0 && it],
  n: ["must be a number", (it) => Number.isFinite(it) && it],
  b: ["must be true or false", (it) => typeof it === "boolean" && it],
  j: ["must be an object", (it) => isObject(it) && it],
  s: [`must be one of ${STATES}`, (it) => STATES.split(" ").includes(it as string) && it],
  m: [`must be one of ${MEDIA_TYPES}`, (it) => MEDIA_TYPES.split(" ").includes(it as string) && it],
  c: ["must be Session or Customer", (it) => (it === "Session" || it === "Customer") && it],
  l: [
    "must be a list of 1 to 25 items of 1 to 256 characters",
    (it) => {
      const items = Array.isArray(it) ? it.map(asText) : [];
      return items[0] && items.length <= Most.Items && items.every((one) => isText(one, Most.ItemChars)) && items;
    },
  ],
  a: [
    "must be a text of 1 to 1,024 printable ASCII characters",
    (it) => isText(it, Most.Chars) && /^[ -~]*$/.test(it as string) && it,
  ],
};

/** The members of a part, as `table` places them. */
export function membersOf(table: string, given: unknown, wrong: Wrong): Json {
  const members: Json = {};
  for (const entry of table.split(" ")) {
    const [names = "", rule = ""] = entry.split(":");
    const [name = "", path = name] = names.split("=");
    const value = name.split(".").reduce<unknown>((it, key) => (it as Json | null | undefined)?.[key], given);
    if (value === undefined || value === null) continue;
    let taken: unknown = value;
    if (rule === "p") {
      if (!checkProperties(value, wrong, name)) continue;
    } else {
      const most = rule.slice(1);
      const [asks, take] = RULES[rule.charAt(0)] as [string, (value: unknown, most: number) => unknown];
      taken = take(value, Number(most));
      const isBroken = taken === undefined || (taken === false && value !== false) || (rule !== "b" && taken === false);
      if (isBroken) {
        wrong(name, asks.replace("#", most));
        continue;
      }
    }
    const keys = path.split(".");
    const last = keys.pop() as string;
    let object = members;
    for (const key of keys) {
      object[key] ??= {};
      object = object[key] as Json;
    }
    object[last] = taken;
  }
  return members;
}
