// biome-ignore-all lint/style/useTemplate: larger, once compressed
/** Leaves what a page heard before its module was ready to the next page of the site. */
import { Fact, type Heard } from "./fact";
import type { Options } from "./types";

/** Bounds of what is left; an enum, for those the build writes where they are used. */
enum Most {
  /** UTF-16 units under one key: a browser keeps 5 Mi of them for the whole origin. */
  Chars = 65_536,
  /** Keys of a site that wait: where no page ever has the module, they must not pile up. */
  Keys = 5,
}

/** Whether Global Privacy Control is set (https://privacycg.github.io/gpc-spec/), or what the site treats as it. */
export const isAnonymous = (options?: Options) =>
  options?.anonymous || (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl;

/**
 * What the visitor allows: by what they said last, else by the last word of the site's record (`-`
 * where they have not chosen), else by what the site set.
 */
export function consentOf(heard: Heard[], { site, consent = "granted" }: Options): unknown {
  let choice: unknown;
  try {
    choice = / (\w+)$/.exec(localStorage["sillage:" + site])?.[1];
  } catch {
    // Blocked: no choice can be there.
  }
  for (const [fact, told] of heard) if (fact === Fact.ConsentChanged) choice = told[0];
  return choice ?? consent;
}

/** Whether what was heard may be written down. `isAnonymous` written out: the loader, which must be small, has no other use for it. */
export const mayStore = (heard: Heard[], options: Options) =>
  !(options.anonymous || (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl) &&
  consentOf(heard, options) === "granted";

/**
 * Writes down what was heard, as far as the visitor allows: a choice of theirs in any case. What
 * was written is no longer in `heard`; of what found no place the number is written. `lost` facts could not be taken before.
 */
export function spill(heard: Heard[], options: Options, lost: number): void {
  const prefix = "sillage:" + options.site + "~";
  const isAll = mayStore(heard, options);
  let room = Most.Chars as number;
  const texts = heard
    .filter(([fact]) => isAll || fact === Fact.ConsentChanged)
    .map(([fact, told, ...times]) => {
      if (fact < Fact.Clicked) told = [told[0], document.referrer, `"title":${JSON.stringify(document.title)}`];
      return JSON.stringify([fact, told, ...times]);
    })
    .filter(({ length }) => {
      const fits = length < room;
      if (fits) room -= length;
      else lost++;
      return fits;
    });
  if (!texts[0] && !lost) return;
  if (!JSON.stringify(localStorage).split(prefix)[Most.Keys]) {
    if (lost) texts.push(JSON.stringify([Fact.Lost, [lost], 0]));
    // Keys are in the order in which the pages were left.
    localStorage[prefix + Date.now() + Math.random()] = `[${texts}]`;
  } else if (isAll)
    // A list of numbers, behind `undefined`.
    localStorage[prefix] += `,${texts.length + lost}`;
  else return;
  heard.length = 0;
}
