/**
 * What a site switches on, out of the text of `data-capture` or the option's object, with defaults and ranges. What is
 * wrong is said and left out: a site that misspells one capture has the others all the same.
 */
import { attempt } from "../attempt";
import type { Capture, Trigger } from "../types";

/** Captures that the module has to know of, in the order of the bits of `open` in `crates/capture-module/src/bindings.rs`. */
const BITS = ["leave", "engagement", "rage", "errors", "errorClicks"];

/** The others. */
const KNOWN = "idle triggers vitals dead forms links downloads contacts search scroll media".split(" ").concat(BITS);

/** Most percentages that a site may ask for. */
const MAX_PERCENTAGES = 20;

/** The captures by name, each with its values as text; and the triggers. */
export function namedCaptures(capture: Capture | string): { named: Map<string, string>; triggers: Partial<Trigger>[] } {
  if (typeof capture === "string") {
    const text = capture.trim();
    if (!text.startsWith("{")) {
      const words = text.split(/\s+/).map((word) => [...word.split("="), ""].slice(0, 2) as [string, string]);
      return { named: new Map(text ? words : []), triggers: [] };
    }
    // The object as JSON. What cannot be read is named as it is, and so reported.
    capture = attempt<Capture>(() => JSON.parse(text)) ?? ({ JSON: true } as Capture);
  }
  const named = Object.entries(capture).filter(([, values]) => values || values === 0);
  const { triggers } = capture;
  return {
    named: new Map(named.map(([name, values]) => [name, values === true || name === "triggers" ? "" : String(values)])),
    triggers: Array.isArray(triggers) ? triggers : [],
  };
}

/** What the captures that are named come to. */
export function captureSettings(named: Map<string, string>, wrong: (rule: string) => void) {
  for (const name of named.keys()) if (!KNOWN.includes(name)) wrong(`${name} is not a capture`);

  const seconds = (name: string, usual: number, least: number, most: number) => {
    const text = named.get(name) || usual;
    const isNumber = /^\d+$/.test(String(text));
    if (!isNumber) wrong(`${name} must be a whole number of seconds`);
    return Math.min(Math.max(isNumber ? Number(text) : usual, least), most);
  };
  const percentages = (name: string) => {
    const chosen = new Set<number>();
    if (!named.has(name)) return [];
    for (const text of (named.get(name) || "25,50,75,90").split(",")) {
      const percent = /^\d+$/.test(text) ? Number(text) : 0;
      if (percent > 0 && percent <= 100 && chosen.size < MAX_PERCENTAGES) chosen.add(percent);
      else wrong(`${name} must be at most ${MAX_PERCENTAGES} whole numbers from 1 to 100`);
    }
    return [...chosen].sort((a, b) => a - b);
  };
  /** The members of a list parted by commas; nothing where the capture is not named. */
  const list = (name: string, usual = "") => {
    const text = named.get(name);
    return text === undefined ? undefined : (text || usual).split(",").filter(Boolean);
  };

  return {
    /** For the module. */
    bits: BITS.reduce((bits, name, at) => bits | (named.has(name) ? 1 << at : 0), 0),
    /** Longest time without activity that still counts as engaged. Default: 30. Range: 5 to 600. */
    engagedForSeconds: seconds("engagement", 30, 5, 600),
    /** For how long a visitor does nothing before that is recorded. Default: 60. Range: 5 to 1,200. */
    idleSeconds: named.has("idle") ? seconds("idle", 60, 5, 1_200) : 0,
    /** Depths at which scrolling is recorded, in per cent. Default: 25, 50, 75, 90. */
    scroll: percentages("scroll"),
    /** Parts of recordings at which progress is recorded, in per cent. Default: 25, 50, 75, 90. */
    media: percentages("media"),
    /** Parameters of addresses that hold what the visitor looked for. */
    search: list("search", "q,query,search,s,keyword") ?? [],
    /** Hosts that belong to the site besides the page's own, where links out of it are captured. */
    ownHosts: list("links"),
    /** Endings of files whose links are captured. */
    extensions: list(
      "downloads",
      "7z,apk,avi,csv,dmg,doc,docx,epub,exe,gz,ics,iso,jar,key,mkv,mov,mp3,mp4,msi,numbers,ods,odt,pages,pdf,pkg,ppt,pptx,rar,rtf,tar,tgz,txt,wav,wma,wmv,xls,xlsx,xml,zip",
    ),
  };
}
