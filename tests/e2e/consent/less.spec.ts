/** Less recorded than by default: anonymous visits on request or by Do Not Track, and allowed query parameters alone. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { settled } from "../support/browser.ts";
import { click, event, expectEvents, pageview } from "../support/expect-events.ts";
import { isBatch } from "../support/gate.ts";
import { setStage, test } from "../support/stage.ts";
import { NOTHING, stored } from "../support/stored.ts";

const doNotTrack = () => Object.defineProperty(Navigator.prototype, "doNotTrack", { get: () => "1" });

describe("less recorded", () => {
  const stage = setStage();

  for (const [how, value, before] of [
    ["by the site, for everybody", "", undefined],
    ["by the visitor's Do Not Track, on request", '="dnt"', doNotTrack],
  ] as const) {
    test(`anonymous ${how}: events arrive without a visitor, and nothing is stored`, async () => {
      const { collector, origin } = stage;
      const site = stage.newSite();
      const url = origin.serve("/anonymous", stage.tag(site, `data-anonymous${value}`));
      const page = await (await stage.newVisitor(before)).open(url);
      await page.evaluate(() => window.sillage?.call("identify", "jo"));
      await page.evaluate(() => window.sillage?.track("seen", {}, { traits: { email: "jo@b.test" } }));
      assert.deepEqual(await stored(page), NOTHING);
      const visit = { view: "page", session: "one", visitor: null };
      await expectEvents(collector, site, [pageview(url, visit), event("seen", {}, visit)], { pages: [page] });
      assert.deepEqual(await stored(page), NOTHING);
      assert.ok(!collector.gate.asked.some(({ body }) => /jo@b|"jo"/.test(body)));
    });
  }

  test("Do Not Track counts where a site asks for it alone; who does not say it is known as ever", async () => {
    const { collector, origin } = stage;
    const [one, other] = [stage.newSite(), stage.newSite()];
    const page = await (await stage.newVisitor(doNotTrack)).open(origin.serve("/dnt-unasked", stage.tag(one)));
    await settled(page);
    await expectEvents(collector, one, [pageview(page.url(), { visitor: "me" })]);
    const asked = origin.serve("/dnt-unsaid", stage.tag(other, `data-anonymous="dnt"`));
    const second = await (await stage.newVisitor()).open(asked);
    await expectEvents(collector, other, [pageview(asked, { visitor: "me" })], { pages: [second] });
    const no = stage.newSite();
    const third = await (await stage.newVisitor()).open(
      origin.serve("/anonymous-false", stage.tag(no, `data-anonymous="false"`)),
    );
    await expectEvents(collector, no, [pageview(third.url(), { visitor: "me" })], { pages: [third] });
  });

  test("what an earlier visit stored is erased where a site becomes anonymous", async () => {
    const { origin } = stage;
    const site = stage.newSite();
    const page = await (await stage.newVisitor()).open(origin.serve("/known", stage.tag(site)));
    await settled(page);
    await page.goto(origin.serve("/unknown", stage.tag(site, "data-anonymous")));
    await settled(page);
    const { local, databases } = await stored(page);
    assert.doesNotMatch([...local, ...databases].join(), /[0-9a-f]{8}-/);
  });

  test("with allowQuery no other parameter leaves the page, wherever an address stands", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const body = `${stage.tag(site, `data-allow-query="page utm_*" data-capture="links"`)}
      <a id="out" href="https://elsewhere.example/a?customer=77&page=3" onclick="event.preventDefault()">Out</a>
      <a id="next" href="/allow-next?nothing=1">Next</a>`;
    const url = origin.serve("/allow", body);
    origin.serve("/allow-next", stage.tag(site, `data-allow-query="page utm_*"`));
    const page = await (await stage.newVisitor()).open(
      `${url}?customer=77&page=2&UTM_Source=x&city=Ulm#/r?customer=77`,
    );
    await page.click("#out");
    await page.click("#next");
    await page.waitForURL("**/allow-next*");
    const first = `${url}?page=2&UTM_Source=x#/r`;
    const next = `${origin.origin}/allow-next`;
    const target = "https://elsewhere.example/a?page=3";
    await expectEvents(
      collector,
      site,
      [
        pageview(first),
        click("#out", { href: target }),
        event("outbound_link_clicked", { url: target, hostname: "elsewhere.example" }),
        click("#next", { href: next }),
        pageview(next, { referrer: `${origin.origin}/allow?page=2&UTM_Source=x` }),
      ],
      { pages: [page] },
    );
    const said = collector.gate.asked.filter(isBatch).map(({ body }) => body);
    assert.ok(!said.some((it) => /customer=|Ulm|nothing/.test(it)));
  });
});
