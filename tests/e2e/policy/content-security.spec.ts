/** Content security policies: the strictest that a site may have, and what each part of them takes. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe } from "node:test";
import { ENGINE, trackerReady } from "../support/browser.ts";
import { dist } from "../support/collector.ts";
import { event, expectEvents, pageview } from "../support/expect-events.ts";
import { setStage, test } from "../support/stage.ts";
import { newStrictVisitor, visitUnder } from "./visit.ts";

const TRUSTED_TYPES = "require-trusted-types-for 'script'; trusted-types 'none'";

/** Chromium and Firefox say so once, WebKit never; a browser that has no WebAssembly is not asked. */
const WASM_REFUSED = process.env.SILLAGE_MODULE === "js" || ENGINE === "webkit" ? [] : ["script-src wasm-eval"];

const NONCE = "dGVhLXRpbWU";

describe("content security policy", () => {
  const stage = setStage();
  const policy = (...directives: string[]) => ({
    "content-security-policy": ["default-src 'none'", "base-uri 'none'", ...directives].join("; "),
  });
  const fallbacksAsked = () => stage.collector.gate.asked.filter(({ path }) => path.startsWith("/fallback-")).length;

  /** The tracker's files on the site's own origin, and the collector elsewhere. */
  const ownTag = (site: string) => {
    stage.origin.serveFolder("/assets/", join(dist, "web"));
    return `<script async src="/assets/sillage.js" data-site="${site}" data-endpoint="${stage.collector.gate.origin}"></script>`;
  };

  test("with the files on the site's own origin: script-src 'self' 'wasm-unsafe-eval', and Trusted Types", async () => {
    const endpoint = `connect-src ${stage.collector.gate.origin}`;
    await visitUnder(stage, {
      headers: policy("script-src 'self' 'wasm-unsafe-eval'", endpoint, TRUSTED_TYPES),
      html: ownTag,
    });
  });

  test("with the files on the collector: its address in script-src and connect-src, and Trusted Types", async () => {
    const { origin } = stage.collector.gate;
    await visitUnder(stage, {
      headers: policy(`script-src ${origin} 'wasm-unsafe-eval'`, `connect-src ${origin}`, TRUSTED_TYPES),
      html: stage.tag,
    });
  });

  for (const [sources, what] of [
    [`'nonce-${NONCE}'`, "a nonce alone, which the chunk inherits"],
    [`'nonce-${NONCE}' 'strict-dynamic'`, "a nonce with 'strict-dynamic'"],
  ] as const) {
    for (const wasm of ["'wasm-unsafe-eval'", ""]) {
      test(`${what}${wasm ? "" : ", where WebAssembly is refused"}, and the stub in the page`, async () => {
        const { collector, origin } = stage;
        const site = stage.newSite();
        const stub = readFileSync(join(dist, "web/stub.js"), "utf8").replace('("shop")', `("${site}")`);
        const html = [
          `<script nonce="${NONCE}">${stub}</script>`,
          `<script nonce="${NONCE}">sillage.track("page_parsed")</script>`,
          "<script>window.isInlineAllowed = true</script>",
          stage.tag(site, `nonce="${NONCE}"`),
        ];
        const headers = policy(`script-src ${sources} ${wasm}`, `connect-src ${collector.gate.origin}`, TRUSTED_TYPES);
        const url = origin.serve(`/${site}`, html.join("\n"), headers);
        const visitor = await newStrictVisitor(stage);
        const page = await visitor.openBare(url);
        await trackerReady(page);
        await expectEvents(collector, site, [pageview(url), event("page_parsed")], { pages: [page] });
        const inline = "script-src-elem inline";
        assert.deepEqual(await page.evaluate(() => window.refused), [inline, ...(wasm ? [] : WASM_REFUSED)]);
        assert.equal(await page.evaluate(() => "isInlineAllowed" in window), false, "the policy is obeyed");
        assert.deepEqual(visitor.exceptions, []);
      });
    }
  }

  test("without 'wasm-unsafe-eval' everything works, and the policy is broken once", async () => {
    const { origin } = stage.collector.gate;
    await visitUnder(stage, {
      headers: policy(`script-src ${origin}`, `connect-src ${origin}`, TRUSTED_TYPES),
      html: stage.tag,
      refused: WASM_REFUSED,
    });
    assert.equal(fallbacksAsked(), 1);
  });

  test("a policy that forgot connect-src: no exception, and a page with the right one sends what happened", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const scripts = `script-src ${collector.gate.origin} 'wasm-unsafe-eval'`;
    const url = origin.serve("/forgotten", stage.tag(site), policy(scripts));
    const back = origin.serve("/remembered", stage.tag(site), policy(scripts, `connect-src ${collector.gate.origin}`));
    const visitor = await newStrictVisitor(stage);
    const page = await visitor.openBare(url);
    await trackerReady(page);
    await page.evaluate(() => {
      window.sillage?.track("seen");
      window.sillage?.flush();
    });
    await page.waitForFunction(
      (batches) => window.refused.includes(`connect-src ${batches}`),
      `${collector.gate.origin}/v1/batches`,
    );
    assert.equal((await page.evaluate(() => window.sillage?.stats()))?.pending, 2);
    await page.goto(back);
    await expectEvents(collector, site, [pageview(url), event("seen"), pageview(back)], { pages: [page] });
    assert.deepEqual(visitor.exceptions, []);
  });
});
