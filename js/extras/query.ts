/** Takes query parameters out of addresses, but for those that a site allows. */
import type { Host } from "../host";

/** An address in JSON text. */
const ADDRESS = /\bhttps?:\/\/[^\s"\\]+/g;

/** A query in it: that of a hash route too. */
const QUERY = /\?([^?#]*)/g;

/** `text` without the parameters that `isAllowed` does not know by their name, as it is written there. */
export function withoutOthers(text: string, isAllowed: (name: string) => boolean): string {
  const keep = (_: string, query: string) => {
    const kept = query.split("&").filter((pair) => isAllowed(pair.split("=", 1)[0] as string));
    return kept.length > 0 ? `?${kept.join("&")}` : "";
  };
  return text.replace(ADDRESS, (address) => address.replace(QUERY, keep));
}

/** Has every event written down without the others. @throws a text that names what is wrong. */
export function keepQuery(allowed: unknown, host: Host): void {
  const names = [allowed].flat().join(" ").trim();
  if (!names) throw "allowQuery must name parameters";
  const patterns = names.split(/\s+/).map((it) => it.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*"));
  const pattern = new RegExp(`^(?:${patterns.join("|")})$`, "i");
  const { put } = host;
  host.put = (line) => put(line[0] === "e" ? withoutOthers(line, (name) => pattern.test(name)) : line);
}
