/** Holds the tables of docs/privacy.md against what real visits leave on the device, put on the wire and have stored. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe } from "node:test";
import type { Page } from "playwright-core";
import { ENGINE, settled, trackerReady, writtenDown } from "./support/browser.ts";
import { root } from "./support/collector.ts";
import { CHUNK } from "./support/early.ts";
import { NotDriven } from "./support/engine.ts";
import { asTheCollector, isBatch } from "./support/gate.ts";
import { setStage, test } from "./support/stage.ts";

/** Names in the first column of the tables under a heading of the page. */
function namesUnder(heading: string): string[] {
  const text = readFileSync(join(root, "docs/privacy.md"), "utf8");
  const section = text.split(/^## /m).find((it) => it.startsWith(`${heading}\n`));
  assert.ok(section, `docs/privacy.md has no section "${heading}"`);
  const columns = heading === "Redaction" ? 2 : 1;
  const cells = [...section.matchAll(/^\| (`.*) \|$/gm)].flatMap(([, row = ""]) => row.split(" | ").slice(0, columns));
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name));
}

const DEVICE = namesUnder("On the visitor's device");
const REQUEST = namesUnder("In each request");
const EVENT = namesUnder("In each event");
const COLLECTOR = namesUnder("What the collector adds");
const OPTIONS = namesUnder("What options add");

/** What a name of the table means: `<part>` is any part of an event, `<name>` a site's own word, with all below it. */
function fits(name: string, found: string): boolean {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replace("<part>", "\\w+Event").replace("<name>", ".+")}$`).test(found);
}

const isListed = (names: string[], found: string) => names.some((name) => fits(name, found));

/** What was found and is not in the table, and what is in the table and was not found. */
const difference = (names: string[], found: Set<string>) => ({
  notInTheTable: [...found].filter((it) => !isListed(names, it)).sort(),
  neverSeen: names.filter((name) => ![...found].some((it) => fits(name, it))),
});

const NOTHING = { notInTheTable: [], neverSeen: [] };

/** Paths of the values in `value`; a list stands for what is in it. `null` says that nothing is there. */
function leaves(value: unknown, path = ""): string[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((it) => leaves(it, path));
  if (typeof value !== "object") return [path];
  return Object.entries(value).flatMap(([key, it]) => leaves(it, path ? `${path}.${key}` : key));
}

/** Every key in the browser's stores, as the page sees them. */
const keysOf = (page: Page) =>
  page.evaluate(async () => {
    const keys = [...Object.keys(localStorage), ...Object.keys(sessionStorage), ...(await caches.keys())];
    for (const { name = "" } of await indexedDB.databases()) {
      const database = await new Promise<IDBDatabase>((opened) => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => opened(opening.result);
      });
      for (const store of database.objectStoreNames) {
        const found = await new Promise<IDBValidKey[]>((read) => {
          const reading = database.transaction(store).objectStore(store).getAllKeys();
          reading.onsuccess = () => read(reading.result);
        });
        for (const key of found) keys.push(`${name} ${store} ${key}`);
      }
      database.close();
    }
    return keys;
  });

const PHONE = {
  userAgent:
    "Mozilla/5.0 (Linux; Android 16; SM-G991B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36",
  userAgentMetadata: {
    brands: [{ brand: "Chromium", version: "150" }],
    fullVersionList: [{ brand: "Chromium", version: "150.0.1.2" }],
    platform: "Android",
    platformVersion: "16.0.0",
    architecture: "",
    model: "SM-G991B",
    mobile: true,
  },
};

const HEAD = `<!doctype html><html lang="en"><title>Rope</title><meta name="keywords" content="rope, sail">
  <script type="application/ld+json">{"@type": "BreadcrumbList", "itemListElement": [{"name": "Shop"}]}</script>`;

const CAMPAIGN = "utm_source=news&utm_medium=email&utm_campaign=spring&utm_term=rope&utm_content=top&gclid=abc1";

const SEARCH = "https://www.bing.com/search?q=rope#top";

describe("the tables of docs/privacy.md", () => {
  const stage = setStage();

  /** Somebody who visits `site` with a phone, and an ear for what that leaves on it. */
  async function visit(site: string) {
    // What browsers tell of themselves differs, and with it what the collector fills in.
    if (ENGINE !== "chromium") throw new NotDriven("the tables have what Chromium tells");
    const { collector, newVisitor } = stage;
    const { context } = await newVisitor();
    const page = await context.newPage();
    await (await context.newCDPSession(page)).send("Emulation.setUserAgentOverride", PHONE);
    const onDevice = new Set<string>();
    const look = async () => {
      const cookies = (await context.cookies()).map(({ name }) => `cookie ${decodeURIComponent(name)}`);
      for (const key of [...(await keysOf(page)), ...cookies]) {
        const named = key
          .replace(`sillage:${site}`, "sillage:<site>")
          .replace(`${collector.gate.origin}/v1/batches`, "<collector>")
          .replace(/(?<=[:~])[\d.]+(e-\d+)?$/, "<number>")
          .replace(/(?<= lines )([a-e]).*/, "$1");
        onDevice.add(named);
      }
    };
    return { page, onDevice, look };
  }

  /** What was sent of `site`, around events and in them, and what is stored of it. */
  function told(site: string) {
    const inRequest = new Set<string>();
    const inEvent = new Set<string>();
    for (const { body } of stage.collector.gate.asked.filter(isBatch)) {
      const { defaults, events, ...around } = JSON.parse(body);
      for (const path of leaves(around)) inRequest.add(path);
      for (const path of leaves([defaults, ...events])) inEvent.add(path);
    }
    const inStore = new Set<string>();
    for (const { event, ...around } of stage.collector.rows(site))
      for (const path of [...leaves(event), ...leaves(around)]) inStore.add(path);
    return { inRequest, inEvent, inStore };
  }

  test("list all that a visit with the default options leaves, sends and has stored, and nothing else", async () => {
    const { collector, origin } = stage;
    const { gate } = collector;
    const site = stage.newSite();
    const tag = stage.tag(site, 'data-flush-interval-ms="60000"');
    const early = origin.serve(`/early?${CAMPAIGN}`, tag);
    const bare = origin.serve("/bare", "no tracker here");
    const body = `${HEAD}${tag}<a id="next" href="#part">Down</a>`;
    const first = origin.serve(`/c/rope?${CAMPAIGN}#top`, body);
    const { page, onDevice, look } = await visit(site);

    // A page that is left before the module is there.
    gate.handler = ({ path }, forward) => (path.includes(CHUNK) ? new Promise(() => {}) : forward());
    await page.goto(early, { waitUntil: "domcontentloaded", referer: SEARCH });
    await page.waitForFunction(() => window.sillage && document.readyState === "complete");
    await page.goto(bare);
    await look();
    gate.handler = asTheCollector;

    await page.goto(first, { referer: SEARCH });
    await trackerReady(page);
    await page.evaluate(() => {
      window.sillage?.consent("granted");
      window.sillage?.track("product_viewed", { colour: "red" });
      window.sillage?.track("");
    });
    await page.click("#next");
    await page.evaluate(() => history.pushState(null, "", "/c/rope/blue"));
    await writtenDown(page);
    await look();

    // While an answer is on its way.
    let letThrough = () => {};
    const free = new Promise<void>((resolve) => {
      letThrough = resolve;
    });
    stage.answerFor(site, async (_, forward) => {
      await free;
      return forward();
    });
    await page.evaluate(() => window.sillage?.flush());
    await gate.wasAsked(isBatch);
    await look();
    letThrough();
    await settled(page);

    // A page that is left with something unsent; the next one asks what became of it.
    await page.evaluate(() => window.sillage?.track("seen"));
    await page.goto(bare);
    await look();
    await page.goto(origin.serve("/c/sail?page=2", body), { referer: first });
    await settled(page);
    await look();
    await collector.caughtUp();

    const { inRequest, inEvent, inStore } = told(site);
    for (const path of inStore) if (isListed(EVENT, path)) inStore.delete(path);
    const differences = {
      onDevice: difference(DEVICE, onDevice),
      inRequest: difference(REQUEST, inRequest),
      inEvent: difference(EVENT, inEvent),
      inStore: difference(COLLECTOR, inStore),
    };
    assert.deepEqual(differences, { onDevice: NOTHING, inRequest: NOTHING, inEvent: NOTHING, inStore: NOTHING });
    for (const { method, path, headers } of gate.asked) {
      assert.match(`${method} ${path}`, /^GET \/[\w.-]+$|^POST \/v1\/batches$/);
      assert.equal(headers.cookie, undefined);
    }
  });

  test("list all that captures, calls, marks, identity and rules add, and nothing else", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const rules = {
      props: { from: "rules" },
      traits: { mail: "email" },
      ...{ timeZone: true, campaignSessions: true, subdomains: true, authenticated: true },
    };
    const everything =
      "leave scroll engagement forms links downloads contacts rage dead errors errorClicks media search idle vitals triggers";
    const tag = stage.tag(
      site,
      `data-capture="${everything}" data-marks="offers items" data-rules='${JSON.stringify(rules)}' data-consent="pending"`,
    );
    const body = `${HEAD}${tag}<p data-sillage-offer="Refit">Now</p><p data-sillage-item="7"><a href="mailto:jo@shop.test">Mail</a></p>
      <form name="order" data-sillage-values><input name="size"><button>Send</button></form>`;
    // A host with a name: subdomains share a cookie.
    const url = origin.serve(`/c/rope?q=rope&${CAMPAIGN}`, body).replace("127.0.0.1", "shop.sillage.localhost");
    const { page, onDevice, look } = await visit(site);
    await page.goto(url, { referer: SEARCH });
    await trackerReady(page);
    await page.fill("input", "12");
    await page.evaluate(() => {
      const { sillage } = window;
      sillage?.consent("granted");
      sillage?.call("identify", "jo-1", { type: "crm", traits: { givenName: "Jo" } });
      sillage?.call("offer", { id: "o-1", state: "offered", prompt: "Refit?" });
      sillage?.call("action", { id: "m-1", state: "completed", mediaAddress: "jo@shop.test" });
      sillage?.call("outcome", { name: "Bought" });
      sillage?.call("segment", { id: "s-1" });
      sillage?.call("segmentAssigned", { name: "Sailors", scope: "Customer" });
      sillage?.track("seen", { mail: "jo@shop.test" }, { itemId: "7", impression: ["7"], searchQuery: "rope" });
      document.addEventListener("submit", (event) => event.preventDefault());
      document.querySelector("form")?.requestSubmit();
      dispatchEvent(new ErrorEvent("error", { message: "It broke", error: new Error("It broke") }));
    });
    await page.click("a");
    await settled(page);
    await look();
    await page.goto(url.replace("/c/rope?", "/c/rope?page=2&").replace("spring", "summer"));
    await settled(page);
    await look();
    await collector.caughtUp();

    const { inRequest, inEvent, inStore } = told(site);
    const listed = [...DEVICE, ...REQUEST, ...EVENT, ...COLLECTOR, ...OPTIONS];
    const found = new Set([...onDevice, ...inRequest, ...inEvent, ...inStore]);
    assert.deepEqual(difference(listed, found).notInTheTable, []);
    // Those need a database, and a browser that blocks localStorage.
    const elsewhere = ["<part>.ipOrganization", "cookie sillage:<site>"];
    assert.deepEqual(difference(OPTIONS, found).neverSeen, elsewhere);
  });

  test("show addresses as redaction leaves them", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const section = namesUnder("Redaction");
    const rows = section.flatMap((it, at) => (at % 2 ? [] : [[it, section[at + 1] ?? ""] as const]));
    const links = rows.map(([address], at) => `<p><a id="link-${at}" href="${address}">Link</a></p>`).join("");
    const stay = '<script>addEventListener("click", (event) => event.preventDefault());</script>';
    const page = await (await stage.newVisitor()).open(
      origin.serve("/links", `${HEAD}${stay}${stage.tag(site)}${links}`),
    );
    for (const at of rows.keys()) await page.click(`#link-${at}`);
    await settled(page);
    await collector.caughtUp();
    const clicks = collector
      .rows(site)
      .flatMap(({ event: { webActionEvent } }) => (webActionEvent ? [webActionEvent] : []));
    const led = clicks.map((it) => (it as { actionTarget: { selfUri: string } }).actionTarget.selfUri);
    assert.deepEqual(
      led,
      rows.map(([, redacted]) => redacted),
    );
  });

  test("name the tables of the collector's store, all of them", async () => {
    const folder = join(root, "crates/collector/src/store/migrations");
    const text = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
    const made = [...text.join("\n").matchAll(/^CREATE TABLE (\w+)/gm)].map(([, name = ""]) => name);
    assert.deepEqual(difference(namesUnder("Other tables of the collector"), new Set(made)), NOTHING);
  });
});
