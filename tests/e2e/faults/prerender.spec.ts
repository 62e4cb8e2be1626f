/** Pages that a browser loads before anybody asks for them are visits only if they are shown. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe } from "node:test";
import { CHROMIUM_FLAGS, chromiumProgram } from "../support/browser.ts";
import { click, event, expectEvents, pageview } from "../support/expect-events.ts";
import { startGroup } from "../support/process-group.ts";
import { setStage, test } from "../support/stage.ts";

describe("prerendering", () => {
  const stage = setStage();

  /** Visits in a browser that nobody drives: Chromium does not prerender for who is watched by such DevTools as Playwright's. */
  async function visitBy(url: string, visit: () => Promise<void>) {
    const profile = mkdtempSync(join(tmpdir(), "sillage-profile-"));
    const browser = startGroup(chromiumProgram(), [...CHROMIUM_FLAGS, `--user-data-dir=${profile}`, url]);
    try {
      await visit();
    } finally {
      await browser.kill();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  }

  /** Pages say where they are by asking for an address. */
  const SAYING = `<script>
    const say = (what) => fetch("/said" + location.pathname + "/" + what);
    const there = async () => {
      while (!window.sillage) await new Promise((later) => setTimeout(later, 10));
    };
  </script>`;

  test("a page that is prerendered is counted when it is shown, and never if it is not", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const prerendered = (onceThere: string) => `${SAYING}${stage.tag(site)}<script>
      say(document.prerendering ? "prerendering" : "loaded");
      setTimeout(() => say("long-ready"), 3000);
      there().then(() => { ${onceThere} });
    </script>`;
    const whenShown = `document.addEventListener("prerenderingchange", () => {
      say("shown");
      sillage.track("seen", { n: 2 });
    })`;
    const next = origin.serve("/next", prerendered(whenShown));
    const never = origin.serve("/never", prerendered(`sillage.track("seen", { n: 3 })`));
    const rules = { prerender: [{ source: "list", urls: [next, never], eagerness: "immediate" }] };
    const start = origin.serve(
      "/start",
      `${SAYING}${stage.tag(site)}<a id="next" href="${next}">Next</a>
      <script type="speculationrules">${JSON.stringify(rules)}</script>
      <script>(async () => {
        await there();
        sillage.track("seen", { n: 1 });
        while (!(await fetch("/may-click")).ok) await new Promise((later) => setTimeout(later, 50));
        document.querySelector("#next").click();
      })()</script>`,
    );
    await visitBy(start, async () => {
      await Promise.all(["/said/next/prerendering", "/said/never/prerendering"].map(origin.wasAsked));
      // Longer than any event waits for others.
      await Promise.all(["/said/next/long-ready", "/said/never/long-ready"].map(origin.wasAsked));
      await collector.hasRows(site, 2);
      await collector.caughtUp();
      assert.equal(collector.rows(site).length, 2, "nothing of the prerendered pages came before one was shown");
      origin.serve("/may-click", "now");
      await origin.wasAsked("/said/next/shown");
      const visit = { session: "one", visitor: "me" };
      const first = { ...visit, view: "1", url: start };
      const second = { ...visit, view: "2", url: next };
      await expectEvents(collector, site, [
        pageview(start, first),
        event("seen", { n: 1 }, first),
        click("#next", { ...visit, view: "1", href: next }),
        pageview(next, { ...second, referrer: start }),
        event("seen", { n: 2 }, second),
      ]);
    });
  });
});
