// biome-ignore-all lint/style/useTemplate: larger, once compressed
/** Reads what a click says of itself. */
export const CLICKABLE =
  "[href],button,summary,[role=button],[role=link],[role=menuitem],[role=tab],[type=submit],[type=button],[type=reset],[type=image],[data-sillage-name],[data-sillage-offer]";

/** A selector that finds the element again: up to the nearest id, ten steps at most. */
export function selectorOf(element: Element, steps = 10): string {
  const id = element.getAttribute("id");
  if (id) return "#" + id;
  const { localName, parentElement } = element;
  const alike = [...(element.parentNode?.childNodes ?? [])].filter((it) => (it as Element).localName === localName);
  const own = localName + (alike[1] ? `:nth-of-type(${alike.indexOf(element) + 1})` : "");
  return parentElement && steps > 1 ? `${selectorOf(parentElement, steps - 1)}>${own}` : own;
}

/** What a click on what is in `path` says of itself, or nothing where it met nothing clickable. */
export function clickFacts(path: EventTarget[]): unknown[] | false {
  // A form's fields stand in for its properties (`<input name="matches">`): the prototype says the truth.
  const find = (selector: string) =>
    path.find((it): it is Element => it instanceof Element && Element.prototype.matches.call(it, selector));
  const element = find(CLICKABLE);
  if (!element || find("[data-sillage-ignore]")) return false;
  const own = (name: string) => element.getAttribute(name);
  // SVG links have an object where others have an address.
  const href = find("[href]")?.getAttribute("href");
  const text = find("[data-sillage-mask]")
    ? ""
    : ((element as HTMLElement).innerText ?? element.textContent)?.trim() ||
      own("aria-label") ||
      own("value") ||
      own("title") ||
      own("alt");
  return [
    own("data-sillage-name"),
    selectorOf(element),
    text?.replace(/\s+/g, " "),
    href && new URL(href, document.baseURI),
    own("data-sillage-offer") == null ? "" : 1,
  ];
}
