/** Asks a consent platform of the IAB's Transparency and Consent Framework, version 2, what the visitor allows. */
import { attempt } from "../attempt";
import type { Answer, Listen } from "../extras";
import type { Options } from "../types";

/**
 * What a platform tells: https://github.com/InteractiveAdvertisingBureau/GDPR-Transparency-and-Consent-Framework, "CMP
 * API v2".
 */
interface TcData {
  gdprApplies?: boolean;
  eventStatus?: "tcloaded" | "cmpuishown" | "useractioncomplete";
  listenerId?: number;
  purpose?: { consents?: Record<number, boolean> };
  vendor?: { consents?: Record<number, boolean> };
  publisher?: { restrictions?: Record<number, Record<number, number>> };
}

type TcfApi = (command: string, version: 2, heard: (data: TcData, success: boolean) => void, listener?: number) => void;

/** The name that every platform's function has; as text, since the build shortens our own names that begin so. */
const API = "__tcfapi";

/** How often a platform that is not there yet is looked for, in milliseconds: its stub should be there before us. */
const LOOK_MS = 250;

/**
 * Store and access information on a device; measure content performance; understand audiences through statistics
 * (https://iabeurope.eu/iab-europe-transparency-consent-framework-policies/, appendix A).
 */
const PURPOSES = "1 8 9";

/** A publisher's restriction by which a vendor must not process for a purpose at all. */
const NOT_ALLOWED = 0;

/** What the visitor allows, or nothing while that is not known. Consent alone counts, not legitimate interest. */
export function answerOf(data: TcData, purposes: number[], vendor: number): Answer | undefined {
  if (data.gdprApplies === false) return "granted";
  // Shown again after a choice the banner changes nothing until the visitor does.
  if (data.gdprApplies !== true || !/^(tcloaded|useractioncomplete)$/.test(String(data.eventStatus))) return undefined;
  const isAllowed = (purpose: number) =>
    data.purpose?.consents?.[purpose] === true &&
    !(vendor && data.publisher?.restrictions?.[purpose]?.[vendor] === NOT_ALLOWED);
  const isVendorAllowed = !vendor || data.vendor?.consents?.[vendor] === true;
  return isVendorAllowed && purposes.every(isAllowed) ? "granted" : "denied";
}

/** The options, read. @throws which one is wrong. */
function wanted({ tcfPurposes = PURPOSES, tcfVendor = "" }: Options): [purposes: number[], vendor: number] {
  const purposes = [tcfPurposes]
    .flat()
    .join(" ")
    .split(/[\s,]+/)
    .map(Number);
  if (!purposes.every((it) => Number.isInteger(it) && it >= 1 && it <= 11))
    throw "tcfPurposes must be numbers from 1 to 11";
  const vendor = Number(tcfVendor);
  if (!Number.isInteger(vendor) || vendor < 0) throw "tcfVendor must be the number of a vendor";
  return [purposes, vendor];
}

export const hearTcf: Listen = (options, hear) => {
  const [purposes, vendor] = wanted(options);
  const api = () => (window as unknown as Record<string, TcfApi | undefined>)[API];
  let isOver = false;
  let looking: ReturnType<typeof setTimeout> | undefined;
  let listenerId: number | undefined;
  const heard = (data: TcData | null, success: boolean) =>
    attempt(() => {
      // Some platforms call again after the listener was removed.
      if (isOver || !success || !data) return;
      listenerId = data.listenerId;
      const answer = answerOf(data, purposes, vendor);
      if (answer) hear(answer);
    });
  const look = () => {
    if (typeof api() === "function") attempt(() => api()?.("addEventListener", 2, heard));
    else looking = setTimeout(look, LOOK_MS);
  };
  look();
  return () => {
    isOver = true;
    clearTimeout(looking);
    attempt(() => listenerId !== undefined && api()?.("removeEventListener", 2, () => {}, listenerId));
  };
};
