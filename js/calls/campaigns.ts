/** Begins a session with each new campaign. Which one the last session had is kept beside the record, as long as that is. */
import { attempt } from "../attempt";
import type { Host } from "../host";

/** Click ids, as crates/protocol/src/derive/campaign.rs knows them. */
const CAMPAIGN =
  /^(utm_.*|gclid|gbraid|wbraid|dclid|msclkid|yclid|ttclid|twclid|li_fat_id|rdt_cid|epik|qclid|sccid|irclid|fbclid|igshid|mc_cid|_kx)$/i;

/** Longest text that is kept of a campaign, in characters. */
const MAX_CHARS = 512;

/** What an address says of a campaign, as it stands there; empty where it says nothing. */
export function campaignOf(url: string): string {
  const [, query = ""] = /^[^#?]*\?([^#]*)/.exec(url) ?? [];
  const pairs = query.split("&").filter((pair) => {
    const [name = "", value] = pair.split("=");
    return value && CAMPAIGN.test(name);
  });
  return pairs.join("&").slice(0, MAX_CHARS);
}

/** Tells `begin` when a page's address has another campaign than the one before; `key` is where that is kept. */
export function watchCampaigns(
  key: string,
  host: Host,
  begin: (at: number) => void,
): (url: string, at: number) => void {
  const { remember } = host;
  let last = attempt(() => localStorage.getItem(key)) ?? "";
  let mayKeep: boolean | undefined;
  const write = () => {
    if (mayKeep) attempt(() => last && localStorage.setItem(key, last));
    else if (mayKeep === false) attempt(() => localStorage.removeItem(key));
  };
  host.remember = (record) => {
    // Where the record names nobody, as after a refusal, nothing is kept beside it.
    mayKeep = !/^\S+ \S+ - /.test(record);
    write();
    remember(record);
  };
  return (url, at) => {
    const campaign = campaignOf(url);
    if (!campaign || campaign === last) return;
    // The first that is known of begins with its session.
    if (last) begin(at);
    last = campaign;
    write();
  };
}
