/** Hears the links that a visitor follows, after the tracker has heard the click. */
import { cut } from "../cut";
import type { On, Record } from "./seen";
import type { Redact } from "./text";

/** What is captured of links; each of them nothing where it is not switched on. */
export interface Wanted {
  /** Hosts that belong to the site besides the page's own, with everything below them. */
  ownHosts: string[] | undefined;
  /** Endings of files, in any case. */
  extensions: string[] | undefined;
  /** Whether links to a mail program or a telephone are captured. */
  contacts: boolean;
}

const bare = (host: string) => host.replace(/^www\./, "");

/** Whether both hosts are of one site: the same but for `www.`, or of the site's own list, or below one. */
const isSameSite = (page: string, host: string, own: string[]) =>
  bare(host) === bare(page) || own.some((it) => `.${host}`.endsWith(`.${it.toLowerCase()}`));

/** The event that following a link is, besides a click, and what it tells; most links are nothing more. `url` is redacted. */
export function linkEvent(
  url: string,
  isDownload: boolean,
  page: string,
  { ownHosts, extensions, contacts }: Wanted,
): [event: string, props: object] | undefined {
  const { protocol, hostname, pathname } = new URL(url);
  const channel = protocol.slice(0, -1);
  if (/^(mailto|tel|sms)$/.test(channel)) return contacts ? ["contact_link_clicked", { channel }] : undefined;
  const isWeb = /^https?$/.test(channel);
  if (!isWeb && !isDownload) return undefined;
  const fileName = pathname.split("/").pop() ?? "";
  const fileExtension = (/\.([^.]*)$/.exec(fileName)?.[1] ?? "").toLowerCase();
  const isOutbound = isWeb && !isSameSite(page, hostname, ownHosts ?? []);
  if (extensions && (isDownload || extensions.some((it) => it.toLowerCase() === fileExtension)))
    return ["file_downloaded", { url, fileName: cut(fileName), fileExtension, isOutbound }];
  return isOutbound && ownHosts ? ["outbound_link_clicked", { url, hostname }] : undefined;
}

/** Starts listening. */
export function hearLinks(on: On, record: Record, redact: Redact, wanted: Wanted): void {
  on("click auxclick", (event) => {
    // The right button opens a menu and follows no link.
    if ((event as MouseEvent).button > 1) return;
    const path = event.composedPath().filter((it): it is Element => it instanceof Element);
    // As in `clickFacts`, by which the tracker knows the click.
    const find = (selector: string) => path.find((it) => Element.prototype.matches.call(it, selector));
    const link = find("[href]");
    const href = link?.getAttribute("href");
    if (!link || !href || find("[data-sillage-ignore]")) return;
    const url = redact(new URL(href, document.baseURI).href);
    const [name, props] = linkEvent(url, link.hasAttribute("download"), location.hostname, wanted) ?? [];
    if (name) record(name, JSON.stringify(props), true);
  });
}
