/** Reads what a page and a click say of themselves, as one text: one crossing into the module. */

/** One text of several words, as `Fields` in `crates/core/src/input.rs` takes it apart. */
export const words = (...words: unknown[]) =>
  words.map((word) => String(word ?? "").replaceAll("\x1f", " ")).join("\x1f");

/** The members of an object, as JSON text; what the page is silent about is `null`. */
const members = (object: Record<string, unknown>) =>
  JSON.stringify(object, (_, value) => (value === "" || value === undefined ? null : value)).slice(1, -1);

/** Client hints (https://wicg.github.io/ua-client-hints/), which the DOM types do not have. */
interface Hints {
  brands: { brand: string; version: string }[];
  fullVersionList?: { brand: string; version: string }[];
  mobile: boolean;
  platform: string;
  platformVersion?: string;
  model?: string;
  getHighEntropyValues(names: string[]): Promise<Hints>;
}

let hints = (navigator as { userAgentData?: Hints }).userAgentData;

/** Asks for the hints that take time; until they are there, the others serve. */
export const readHints = async () => {
  try {
    hints = await hints?.getHighEntropyValues(["fullVersionList", "model", "platformVersion"]);
  } catch {
    // A permissions policy may refuse them: the others stay.
  }
};

/** Names of the page's JSON-LD `BreadcrumbList` (https://schema.org/BreadcrumbList). */
function breadcrumb(): string[] | undefined {
  for (const script of document.querySelectorAll('script[type="application/ld+json"]')) {
    try {
      const data = JSON.parse(script.textContent ?? "");
      for (const node of [data, data["@graph"]].flat()) {
        if (node?.["@type"] === "BreadcrumbList") {
          return node.itemListElement.map((item: { name?: string; item?: { name?: string } }) =>
            String(item.name ?? item.item?.name ?? ""),
          );
        }
      }
    } catch {
      // Somebody else's broken JSON is not ours to report.
    }
  }
  return undefined;
}

/** What the page says of itself. */
export function pageFacts(): string {
  // The brand that is neither the made-up one nor the engine's (https://wicg.github.io/ua-client-hints/#grease).
  const brands = (hints?.fullVersionList ?? hints?.brands ?? []).filter((it) => !/not.*brand/i.test(it.brand));
  const brand = brands.find((it) => it.brand !== "Chromium") ?? brands[0];
  return words(
    location.href,
    document.referrer,
    members({
      title: document.title,
      lang: document.documentElement.lang,
      keywords: document.querySelector<HTMLMetaElement>("meta[name=keywords]")?.content,
      breadcrumb: breadcrumb(),
    }),
    members({
      browser: {
        family: brand?.brand,
        version: brand?.version,
        lang: navigator.language,
        viewHeight: innerHeight,
        viewWidth: innerWidth,
      },
      device: {
        type: hints?.model,
        isMobile: hints?.mobile,
        screenHeight: screen.height,
        screenWidth: screen.width,
        screenDensity: Math.round(devicePixelRatio),
        osFamily: hints?.platform,
        osVersion: hints?.platformVersion,
      },
    }),
  );
}

const CLICKABLE =
  "[href],button,summary,[role=button],[role=link],[role=menuitem],[role=tab],input[type=submit],input[type=button],input[type=reset],input[type=image],[data-sillage-name],[data-sillage-offer]";

// Fields of a form stand in for properties of their form (`<input name="id">`): only methods of the
// prototype and attributes say the truth.
const attribute = (element: Element, name: string) => Element.prototype.getAttribute.call(element, name);
const matches = (element: Element, selector: string) => Element.prototype.matches.call(element, selector);

/** A selector that finds the element again: up to the nearest id, ten steps at most. */
function selectorOf(element: Element): string {
  const steps: string[] = [];
  for (let at: Element | null = element; at && steps.length < 10; at = at.parentElement) {
    const id = attribute(at, "id");
    if (id) {
      steps.unshift(`#${id}`);
      break;
    }
    const { localName } = at;
    let number = 1;
    for (let it = at.previousElementSibling; it; it = it.previousElementSibling) {
      if (it.localName === localName) number++;
    }
    let next = at.nextElementSibling;
    while (next && next.localName !== localName) next = next.nextElementSibling;
    const isOne = number === 1 && !next;
    steps.unshift(isOne ? localName : `${localName}:nth-of-type(${number})`);
  }
  return steps.join(">");
}

/** What a click says of itself, or nothing where it met nothing clickable. */
export function clickFacts(event: Event): string | undefined {
  const path = event.composedPath().filter((it): it is Element => it instanceof Element);
  const find = (selector: string) => path.find((it) => matches(it, selector));
  const element = find(CLICKABLE);
  if (!element || find("[data-sillage-ignore]")) return;
  const own = (name: string) => attribute(element, name);
  const link = find("[href]");
  // SVG links have an object where others have an address.
  const href = link && attribute(link, "href");
  const text = find("[data-sillage-mask]")
    ? ""
    : ((element as HTMLElement).innerText ?? element.textContent)?.trim() ||
      own("aria-label") ||
      own("value") ||
      own("title") ||
      own("alt");
  return words(
    own("data-sillage-name"),
    selectorOf(element),
    text?.replace(/\s+/g, " "),
    href && new URL(href, document.baseURI).href,
    own("data-sillage-offer") === null ? "" : 1,
  );
}
