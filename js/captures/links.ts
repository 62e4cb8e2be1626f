/** Hears the links that a visitor follows, after the tracker has heard the click. */
import { type On, Seen, type Tell } from "./seen";

/** Starts listening. */
export function hearLinks(on: On, tell: Tell): void {
  on("click auxclick", (event) => {
    // The right button opens a menu and follows no link.
    if ((event as MouseEvent).button > 1) return;
    const path = event.composedPath().filter((it): it is Element => it instanceof Element);
    // As in `clickFacts`, by which the tracker knows the click.
    const find = (selector: string) => path.find((it) => Element.prototype.matches.call(it, selector));
    const link = find("[href]");
    const href = link?.getAttribute("href");
    if (!link || !href || find("[data-sillage-ignore]")) return;
    tell(Seen.LinkFollowed, [new URL(href, document.baseURI), link.hasAttribute("download") ? 1 : ""]);
  });
}
