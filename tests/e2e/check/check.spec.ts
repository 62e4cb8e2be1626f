/** The installation check names each fault that a page has for real, and waits for the first event of a visit. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe } from "node:test";
import type { Page } from "playwright-core";
import { violations } from "../support/axe.ts";
import { dist } from "../support/collector.ts";
import { setStage, test } from "../support/stage.ts";

interface Line {
  verdict: string;
  text: string;
}

describe("installation check", () => {
  const stage = setStage();

  /** Opens the check of a page, and waits for its result. */
  async function checked(url: string): Promise<Page> {
    const page = await (await stage.newVisitor()).openBare("about:blank");
    await page.goto(`${stage.collector.origin}/check?url=${encodeURIComponent(url)}`);
    await page.waitForSelector("#result:not([hidden])");
    return page;
  }

  const linesOf = async (page: Page): Promise<Record<string, Line>> =>
    Object.fromEntries(
      await page.$$eval("#lines li", (items) =>
        items.map((item) => {
          const { line = "", verdict = "" } = (item as HTMLElement).dataset;
          const text = [...item.querySelectorAll("p")].map(({ textContent }) => textContent).join(" ");
          return [line, { verdict, text }] as const;
        }),
      ),
    );

  /** Lines that are not right, with their verdict. */
  const faults = async (page: Page) =>
    Object.fromEntries(
      Object.entries(await linesOf(page)).flatMap(([id, { verdict }]) => (verdict === "ok" ? [] : [[id, verdict]])),
    );

  /** Opens the page from the check, and waits for what comes of it; `meanwhile` is done in the page that was opened. */
  async function visited(
    page: Page,
    verdict: string,
    meanwhile = async (_: Page) => {},
  ): Promise<Record<string, Line>> {
    const opened = page.context().waitForEvent("page");
    await page.click("#visit");
    await meanwhile(await opened);
    await page.waitForSelector(`[data-line="event"][data-verdict="${verdict}"]`, { timeout: 45_000 });
    return linesOf(page);
  }

  test("a page on which all is right, and its first event", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const self = collector.gate.origin;
    const policy = `default-src 'none'; script-src ${self} 'wasm-unsafe-eval'; connect-src ${self}`;
    const url = origin.serve("/right", stage.tag(site), { "content-security-policy": policy });
    const page = await checked(url);
    assert.deepEqual(await faults(page), {});
    assert.match((await page.textContent("#summary")) ?? "", /^\d+ right; no visit yet\.$/);
    const { event, twice } = await visited(page, "ok");
    assert.match(event?.text ?? "", new RegExp(`stored, for the site "${site}"`));
    assert.equal(twice?.verdict, "ok");
    assert.ok(collector.rows(site).length > 0);
  });

  const pages: [
    name: string,
    body: () => string,
    headers: () => Record<string, string>,
    faults: object,
    says: RegExp,
  ][] = [
    ["a page without the tracker", () => "<p>Tea</p>", () => ({}), { script: "warn" }, /no tag of sillage\.js/],
    [
      "a tag without a site",
      () => `<script src="${stage.collector.gate.origin}/sillage.js"></script>`,
      () => ({}),
      { script: "bad" },
      /Add data-site/,
    ],
    [
      "a policy that forbids the script",
      () => stage.tag("x"),
      () => ({ "content-security-policy": "script-src 'self' 'wasm-unsafe-eval'" }),
      { "policy-script": "bad" },
      /Add http:\S+ to script-src/,
    ],
    [
      "a policy in the page that forbids requests",
      () => `<meta http-equiv="Content-Security-Policy" content="connect-src 'self'">${stage.tag("x")}`,
      () => ({}),
      { "policy-connect": "bad" },
      /Add http:\S+ to connect-src/,
    ],
    [
      "a policy without 'wasm-unsafe-eval'",
      () => stage.tag("x"),
      () => ({ "content-security-policy": `script-src ${stage.collector.gate.origin}` }),
      { "policy-wasm": "warn" },
      /fallback/,
    ],
    [
      "a policy that forbids the inline stub",
      () => `<script>window.sillage = { q: [] }</script>${stage.tag("x")}`,
      () => ({ "content-security-policy": `script-src ${stage.collector.gate.origin} 'wasm-unsafe-eval'` }),
      { inline: "bad" },
      /nonce/,
    ],
    ["two tags", () => stage.tag("x") + stage.tag("y"), () => ({}), { twice: "bad" }, /Keep one tag/],
    [
      "an endpoint that nobody listens at",
      () => stage.tag("x", 'data-endpoint="http://127.0.0.1:1"'),
      () => ({}),
      { endpoint: "bad" },
      /the connection failed/,
    ],
    [
      "an endpoint that is no collector",
      () => stage.tag("x", `data-endpoint="${stage.origin.serve("/no-collector", "")}"`),
      () => ({}),
      { endpoint: "bad" },
      /answered 404/,
    ],
    [
      "consent that is pending",
      () => stage.tag("x", 'data-consent="pending"'),
      () => ({}),
      { consent: "warn" },
      /sillage\.consent\("granted"\)/,
    ],
  ];
  pages.forEach(([name, body, headers, expected, says], at) => {
    test(`${name} is named with its cure`, async () => {
      const page = await checked(stage.origin.serve(`/fault-${at}`, body(), headers()));
      assert.deepEqual(await faults(page), expected);
      const [id = ""] = Object.keys(expected);
      assert.match((await linesOf(page))[id]?.text ?? "", says);
    });
  });

  test("a file of the tracker in whose place stands a page is named", async () => {
    const { origin } = stage;
    const names = readdirSync(join(dist, "web"));
    origin.serve("/own/sillage.js", readFileSync(join(dist, "web/sillage.js"), "utf8"));
    const chunk = names.find((name) => /^tracker-\w+\.js$/.test(name));
    origin.serve(`/own/${chunk}`, "<!doctype html><p>Not found", { "content-type": "text/html" });
    const endpoint = `data-endpoint="${stage.collector.gate.origin}"`;
    const body = `<script src="/own/sillage.js" data-site="x" ${endpoint}></script>`;
    const page = await checked(origin.serve("/page-for-chunk", body));
    assert.deepEqual(await faults(page), { chunk: "bad" });
    assert.match((await linesOf(page)).chunk?.text ?? "", /a page stands in its place/);
  });

  test("a page that is not there is named, and cannot be visited", async () => {
    const page = await checked(`${stage.origin.origin}/nowhere`);
    assert.deepEqual(await faults(page), { page: "bad" });
    assert.ok(await page.isDisabled("#visit"));
  });

  test("a visit waits until consent is given", async () => {
    const { origin } = stage;
    const site = stage.newSite();
    const url = origin.serve(
      "/asking",
      `${stage.tag(site, 'data-consent="pending"')}<button id="yes">Yes</button>
      <script>document.querySelector("#yes").onclick = () => window.sillage.consent("granted")</script>`,
    );
    const page = await checked(url);
    const { event } = await visited(page, "ok", async (shop) => {
      await shop.waitForFunction(() => "sillage" in window && "ready" in (window.sillage as object));
      await shop.click("#yes");
    });
    assert.match(event?.text ?? "", new RegExp(`"${site}"`));
  });

  test("a visit that brings no event says what it may be", async () => {
    const page = await checked(stage.origin.serve("/silent", "<p>Tea</p>"));
    await page.clock.install();
    const { event } = await visited(page, "bad", async () => {
      await page.waitForSelector('[data-line="event"][data-verdict="waiting"]');
      await page.clock.runFor(31_000);
    });
    assert.match(event?.text ?? "", /None came .*blocker.*consent/s);
  });

  for (const colorScheme of ["light", "dark"] as const) {
    test(`works by keyboard, and axe-core finds nothing wrong, ${colorScheme}`, async () => {
      const url = stage.origin.serve("/keyboard", stage.tag("x") + stage.tag("y"));
      const page = await (await stage.newVisitor()).openBare("about:blank");
      await page.emulateMedia({ colorScheme });
      await page.goto(`${stage.collector.origin}/check`);
      assert.deepEqual(await violations(page), []);
      await page.focus("#address");
      await page.keyboard.type(url);
      await page.keyboard.press("Enter");
      await page.waitForSelector("#result:not([hidden])");
      assert.equal(await page.evaluate(() => document.activeElement?.id), "result");
      assert.deepEqual(await violations(page), []);
      await page.keyboard.press("Tab");
      assert.equal(await page.evaluate(() => document.activeElement?.id), "visit");
      await page.setViewportSize({ width: 360, height: 700 });
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
    });
  }

  test("the dashboard leads to it", async () => {
    const page = await (await stage.newVisitor()).openBare("about:blank");
    await page.goto(`${stage.collector.origin}/`);
    await page.click("nav a[href='check']");
    await page.waitForSelector("#ask");
  });
});
