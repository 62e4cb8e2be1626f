/** Reads what a page says of itself. */

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

/** What the page at `url` says of itself: its address, the one before, members of `page`, and of the event: browser and device. */
export function pageFacts(url: string): string[] {
  // The brand that is neither the made-up one nor the engine's (https://wicg.github.io/ua-client-hints/#grease).
  const brands = (hints?.fullVersionList ?? hints?.brands ?? []).filter((it) => !/not.*brand/i.test(it.brand));
  const brand = brands.find((it) => it.brand !== "Chromium") ?? brands[0];
  return [
    url,
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
  ];
}
