/** Shares the record of visitor, session and consent between a site's subdomains, in a cookie. */
import { attempt } from "../attempt";
import type { Host } from "../host";

/** How long browsers keep it, in seconds: a year. */
const LIFE_SECONDS = 31_536_000;

const set = (name: string, value: string, domain: string, seconds: number) => {
  const secure = location.protocol === "https:" ? ";secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is asynchronous
  document.cookie = `${name}=${value};domain=${domain};path=/;max-age=${seconds};samesite=lax${secure}`;
};

const get = (name: string) => {
  const found = document.cookie.split("; ").find((it) => it.startsWith(`${name}=`));
  return found?.slice(name.length + 1);
};

/**
 * The widest domain that the browser lets this page set a cookie for. It refuses those under which others register
 * theirs (https://publicsuffix.org), so asking is the only way that needs no list. Nothing where there is none, as for an
 * address of numbers.
 */
function widestDomain(): string | undefined {
  const labels = location.hostname.split(".");
  if (/^[\d.]+$|:/.test(location.hostname)) return;
  const probe = `sillage-probe-${Math.random().toString(36).slice(2)}`;
  for (let at = labels.length - 2; at >= 0; at--) {
    const domain = labels.slice(at).join(".");
    set(probe, "1", domain, 10);
    const isSet = get(probe);
    set(probe, "", domain, 0);
    if (isSet) return domain;
  }
  return undefined;
}

/** Has the record of `host` read from and written to the cookie too. Which of two holds is the module's to say. */
export function shareRecord(host: Host, key: string): void {
  const domain = attempt(widestDomain);
  if (!domain) return;
  const name = encodeURIComponent(`${key}@`);
  const { read, remember } = host;
  let last: string | undefined;
  host.read = () =>
    attempt(() => {
      const found = get(name);
      if (!found || found === last) return undefined;
      last = found;
      return decodeURIComponent(found);
    }) || read();
  host.remember = (record) => {
    attempt(() => {
      last = encodeURIComponent(record);
      set(name, last, domain, LIFE_SECONDS);
    });
    remember(record);
  };
}
