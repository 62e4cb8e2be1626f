/** Reads what a page and a click say of themselves, as one text: one crossing into the module. */

/** One text of several words, as `Fields` in `crates/core/src/input.rs` takes it apart. */
export const words = (...words: unknown[]) => words.map((word) => String(word ?? "").replaceAll("\x1f", " ")).join("\x1f");

/** The members of an object, as JSON text; what the page is silent about is `null`. */
const members = (object: Record<string, unknown>) => JSON.stringify(object, (_, value) => (value === "" || value === undefined ? null : value)).slice(1, -1);

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
          return node.itemListElement.map((item: { name?: string; item?: { name?: string } }) => String(item.name ?? item.item?.name));
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

const CLICKABLE = "a[href],area[href],button,summary,[role=button],[role=link],[role=menuitem],[role=tab],input[type=submit],input[type=button],input[type=reset],input[type=image],[data-sillage-name],[data-sillage-offer]";

/** A selector that finds the element again: up to the nearest id, five steps at most. */
function selectorOf(element: Element): string {
  const steps: string[] = [];
  for (let at: Element | null = element; at && steps.length < 5; at = at.parentElement) {
    if (at.id) {
      steps.unshift(`#${at.id}`);
      break;
    }
    const { localName, parentElement } = at;
    const alike = [...(parentElement?.children ?? [])].filter((it) => it.localName === localName);
    steps.unshift(alike.length > 1 ? `${localName}:nth-of-type(${alike.indexOf(at) + 1})` : localName);
  }
  return steps.join(">");
}

/** What a click says of itself, or nothing where it met nothing clickable. */
export function clickFacts(event: Event): string | undefined {
  const path = event.composedPath().filter((it): it is Element => it instanceof Element);
  if (path.some((it) => it.matches("[data-sillage-ignore]"))) return;
  const element = path.find((it) => it.matches(CLICKABLE));
  if (!element) return;
  const { textContent, innerText } = element as HTMLElement;
  const attribute = (name: string) => element.getAttribute(name);
  const masked = path.some((it) => it.matches("[data-sillage-mask]"));
  const link = path.find((it) => it.matches("[href]")) as HTMLAnchorElement | undefined;
  return words(
    attribute("data-sillage-name"),
    selectorOf(element),
    masked ? "" : (innerText ?? textContent)?.trim() || attribute("aria-label") || attribute("value") || attribute("title") || attribute("alt"),
    link?.href,
    attribute("data-sillage-offer") === null ? "" : 1,
  );
}
