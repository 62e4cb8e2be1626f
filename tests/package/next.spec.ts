/** The packed package in an application of Next.js: built by either of its bundlers, served by it or exported. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, type TestContext, test } from "node:test";
import type { Page } from "playwright-core";
import { click, type Expected, pageview } from "../e2e/support/expect-events.ts";
import { openOrigin } from "../e2e/support/origin.ts";
import { startGroup } from "../e2e/support/process-group.ts";
import { setStage } from "../e2e/support/stage.ts";
import { type Packed, type Project, pack } from "./packed.ts";
import { buildIsVisited } from "./visit.ts";

/** It downloads 100 MB and compiles for a minute: a long test. */
const isAll = process.env.SILLAGE_TESTS === "all";

/** Longest time of one test, in milliseconds: most of it is Next.js, which compiles. */
const TEST_TIMEOUT_MS = 600_000;

const NEXT = "node_modules/next/dist/bin/next";

describe("Next.js", { skip: !isAll && "runs among the long tests" }, () => {
  const stage = setStage();
  let packed: Packed;
  let project: Project;

  before(async () => {
    packed = await pack();
    project = await packed.newProject("next");
  });
  after(() => packed?.remove());

  const build = (site: string, flags: string[], env: Record<string, string> = {}) =>
    project.node([NEXT, "build", ...flags], {
      NEXT_PUBLIC_SITE: site,
      NEXT_PUBLIC_COLLECTOR: stage.collector.gate.origin,
      ...env,
    });

  test("built by Turbopack and served by next start", { timeout: TEST_TIMEOUT_MS }, async (context) => {
    const site = stage.newSite();
    await build(site, ["--turbopack"]);
    const origin = await served(project, context);
    const rendered = await (await fetch(origin)).text();
    assert.match(
      rendered.replaceAll("&quot;", ""),
      /<p id="server">\{tracked:0,sent:0,pending:0,dropped:0\}/,
      "a tracker on the server records nothing",
    );
    await buildIsVisited(stage, site, "next", `${origin}/`, { more: toAbout(`${origin}/`) });
    assert.deepEqual(stage.collector.rows("server"), []);
  });

  test("built by webpack and exported as files", { timeout: TEST_TIMEOUT_MS }, async (context) => {
    const site = stage.newSite();
    await build(site, ["--webpack"], { EXPORT: "1" });
    const origin = await openOrigin();
    context.after(() => origin.close());
    const out = join(project.folder, "out");
    // As hosts of exported sites do: pages without their ending.
    const url = origin.serve("/", readFileSync(join(out, "index.html"), "utf8"));
    origin.serve("/about", readFileSync(join(out, "about.html"), "utf8"));
    origin.serveFolder("/", out);
    await buildIsVisited(stage, site, "next", url, { more: toAbout(url) });
  });
});

/** A link that Next.js follows without leaving the page. */
const toAbout =
  (from: string) =>
  async (page: Page): Promise<Expected[]> => {
    await page.click("a");
    await page.waitForSelector("h1");
    const about = new URL("/about", from).href;
    const visit = { session: from, visitor: from };
    return [
      click(/a$/, { ...visit, view: from, prompt: "About", href: about }),
      pageview(about, { ...visit, view: about, referrer: from }),
    ];
  };

/** Starts the built application on a free port; gives its address. */
async function served(project: Project, context: TestContext): Promise<string> {
  const group = startGroup(process.execPath, [NEXT, "start", "--hostname", "127.0.0.1", "--port", "0"], {
    cwd: project.folder,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  context.after(() => group.kill());
  assert.ok(group.leader.stdout);
  let origin = "";
  const lines = createInterface(group.leader.stdout);
  const ready = new Promise<void>((isReady) => {
    lines.on("line", (line) => {
      origin ||= /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? "";
      if (line.includes("Ready")) isReady();
    });
  });
  const ended = once(group.leader, "exit").then(([code]) => Promise.reject(new Error(`next start ended with ${code}`)));
  await Promise.race([ready, ended]);
  return origin;
}
