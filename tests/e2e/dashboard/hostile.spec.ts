/** What strangers write into events is text in the dashboard and the live view: it is shown, and never runs. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Page } from "playwright-core";
import type { Visitor } from "../support/browser.ts";
import { setStage, test } from "../support/stage.ts";
import { cells, shown, store, Visit } from "./visits.ts";

/** Each would set `ran` where it were taken for anything but text. */
const HOSTILE = [
  "<script>ran=1</script>",
  "<img src=x onerror=ran=1>",
  "<svg/onload=ran=1>",
  '"><script>ran=1</script>',
  "'-(ran=1)-'",
  '" autofocus onfocus="ran=1',
  "</code></pre><iframe srcdoc='<script>parent.ran=1</script>'>",
  "javascript:ran=1",
  "{{ran=1}}`ran=1`",
  "__proto__",
];

/** A visit that has them wherever an event takes text. */
function hostileVisit(text: string): Visit {
  const url = `https://evil.example/${encodeURIComponent(text)}?q=${text}#${text}`;
  return new Visit(text, text)
    .view(url, text, {
      referrer: { url: `https://evil.example/${text}`, name: text, hostname: text, medium: "social" },
      mktCampaign: { source: text, medium: text, name: text },
      browser: { family: text, lang: text },
      device: { category: text, osFamily: text },
      geolocation: { country: text },
      searchQuery: text,
    })
    .click({
      action: { state: "engaged", mediaType: "openAction", prompt: text },
      actionMap: { displayName: text },
      actionTarget: { selfUri: text },
    })
    .happen(text, { [text]: text }, url);
}

/** Everything of the page that is not the page's own, and what the browser has refused. */
function foreign(page: Page): Promise<unknown> {
  return page.evaluate(() => ({
    ran: (globalThis as { ran?: number }).ran,
    refused: (globalThis as { refused?: string[] }).refused,
    elements: [...document.querySelectorAll("script, iframe, img, object, embed, main svg, [srcdoc]")]
      .map((one) => one.outerHTML)
      .filter((html) => !/^<script src="(vendor|dashboard|live)\/|^<svg viewBox/.test(html)),
    handlers: [...document.querySelectorAll("*")].filter((one) =>
      [...one.attributes].some(({ name, value }) => /^on/.test(name) || /^\s*javascript:/i.test(value)),
    ).length,
  }));
}

const NOTHING = { ran: undefined, refused: [], elements: [], handlers: 0 };

describe("hostile events", () => {
  const stage = setStage();

  async function watched(): Promise<Visitor> {
    return stage.newVisitor(() => {
      const refused: string[] = [];
      Object.assign(globalThis, { refused });
      addEventListener("securitypolicyviolation", (event) =>
        refused.push(`${event.violatedDirective} ${event.sample}`),
      );
    });
  }

  async function hostileSite(): Promise<string> {
    const site = stage.newSite();
    for (const text of HOSTILE) await store(stage.collector, site, hostileVisit(text), text);
    return site;
  }

  test("in the dashboard, with everything open", async () => {
    const site = await hostileSite();
    const visitor = await watched();
    const page = await visitor.openBare(`${stage.collector.origin}/?site=${site}&bots=include`);
    await shown(page);
    const names = (await cells(page, "#events")).map(([name]) => name);
    for (const text of HOSTILE) assert.ok(names.includes(text), `${text} is not shown as it is`);
    const campaigns = (await cells(page, "#campaigns")).flat().join();
    assert.ok(campaigns.includes("<script>ran=1</script>"));
    for (const button of await page.$$("#events button")) {
      const name = await button.textContent();
      await button.click();
      await page.waitForFunction(
        (name) => document.getElementById("properties-heading")?.textContent === `Properties of ${name}`,
        name,
      );
      assert.deepEqual(await foreign(page), NOTHING, `properties of ${name}`);
    }
    const sessions = await page.$$("#sessions button");
    assert.equal(sessions.length, HOSTILE.length);
    for (const session of sessions) {
      await Promise.all([page.waitForResponse(/\/v1\/reports\/journey/), session.click()]);
      await page.waitForFunction(() => document.querySelectorAll("#journey li").length === 3);
      await page.$$eval("#journey summary", (all) => {
        for (const summary of all) (summary as HTMLElement).click();
      });
      assert.deepEqual(await foreign(page), NOTHING);
    }
    assert.deepEqual(visitor.exceptions, []);
  });

  test("in the live view, each event opened", async () => {
    await hostileSite();
    const visitor = await watched();
    const page = await visitor.openBare(`${stage.collector.origin}/live`);
    await page.waitForFunction((count) => document.querySelectorAll("#events li").length >= count, 3 * HOSTILE.length);
    for (const row of (await page.$$("#events li button")).slice(0, 3 * HOSTILE.length)) {
      await row.click();
      assert.deepEqual(await foreign(page), NOTHING, (await row.textContent()) ?? "");
    }
    assert.deepEqual(visitor.exceptions, []);
  });

  test("in the addresses of both", async () => {
    const visitor = await watched();
    for (const path of ["/", "/live"]) {
      for (const text of HOSTILE.slice(0, 4)) {
        const said = encodeURIComponent(text);
        const query = `?site=${said}&range=${said}&from=${said}&to=${said}&visitor=${said}#token=${said}`;
        const page = await visitor.openBare(`${stage.collector.origin}${path}${query}`);
        await page.waitForFunction(() => {
          const stream = document.getElementById("connection");
          return stream ? stream.dataset.state === "live" : document.getElementById("state")?.textContent;
        });
        assert.deepEqual(await foreign(page), NOTHING, text);
        await page.close();
      }
    }
    assert.deepEqual(visitor.exceptions, []);
  });

  test("a script that got into the page all the same is not run by the browser", async () => {
    const visitor = await watched();
    for (const path of ["/", "/live"]) {
      const page = await visitor.openBare(`${stage.collector.origin}${path}`);
      const threw = await page.evaluate(() => {
        const inline = document.createElement("script");
        try {
          inline.textContent = "ran=1";
        } catch {
          // Trusted Types: a script's text is no text.
        }
        document.body.append(inline);
        try {
          document.body.insertAdjacentHTML("beforeend", "<img src=x onerror=ran=1>");
          return false;
        } catch {
          return true;
        }
      });
      assert.ok(threw, "text can be made HTML");
      assert.equal(await page.evaluate(() => (globalThis as { ran?: number }).ran), undefined);
    }
  });
});
