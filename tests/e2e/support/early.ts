/** Pages whose scripts are held back, with or without the inline stub. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { Visitor } from "./browser.ts";
import { dist } from "./collector.ts";
import { event } from "./expect-events.ts";
import type { Stage } from "./stage.ts";

/** Paths of the scripts that a page may have to do without. */
export const LOADER = "/sillage.js";
export const CHUNK = "/tracker-";
/** What the module waits for, once its script is there: what stands in for it, or a request that is made for that alone. */
export const MODULE = process.env.SILLAGE_MODULE === "js" ? "/fallback-" : "/held";

/** The stub as it was built. */
export const builtStub = readFileSync(join(dist, "web/stub.js"), "utf8");

/** The inline stub, as a site's owner would paste it. */
export const stub = (site: string, { consent = "", nonce = "" } = {}) =>
  `<script ${nonce && `nonce="${nonce}"`}>${builtStub.replace('("shop")', `("${site}"${consent && `,"${consent}"`})`)}</script>`;

export const BUTTONS = `<div id="list"><button>One</button><button>Two</button></div><a id="link" href="#part">Three</a>`;

/** Of what {@link BUTTONS} holds. */
export const selectors = ["#list>button:nth-of-type(1)", "#list>button:nth-of-type(2)", "#link"];

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);

/** As a module that takes long to come. Firefox keeps a page loading as long as it imports a script, so that one cannot be held. */
const compileAfter = (address: string) => {
  const { compile } = WebAssembly;
  WebAssembly.compile = async (bytes) => {
    // It fails where the page is left meanwhile.
    await fetch(address, { mode: "no-cors" }).catch(() => new Promise(() => {}));
    return compile(bytes);
  };
};

/** What tests of early pages do. */
export function earlyPages(stage: Stage) {
  /** Holds back what is asked by a path with this in it, until it is let through. */
  function holdBack(part: string) {
    let letThrough = () => {};
    const free = new Promise<void>((resolve) => {
      letThrough = resolve;
    });
    stage.collector.gate.handler = async ({ path }, forward) => {
      if (path.includes(part)) await free;
      return forward();
    };
    return letThrough;
  }

  /** A visitor whose pages need what has this in its path. */
  async function newVisitorWaitingFor(part: string, before?: () => void) {
    const visitor = await stage.newVisitor(before);
    if (part === "/held") await visitor.context.addInitScript(compileAfter, `${stage.collector.gate.origin}${part}`);
    return visitor;
  }

  /** Opens a page without waiting for the scripts that are held back. */
  async function openEarly(visitor: Visitor, url: string) {
    const page = await visitor.context.newPage();
    await page.goto(url, { waitUntil: "domcontentloaded" });
    return page;
  }

  /** Waits until the stub is there, or the loader and the page's load event. */
  const somebodyListens = (page: Page) =>
    page.waitForFunction(() => window.sillage && ("q" in window.sillage || document.readyState === "complete"));
  /** Waits until the module of the page works. */
  const trackerTookOver = (page: Page) => page.waitForFunction(() => window.sillage?.ready);
  const spilled = (page: Page, site: string) =>
    page.evaluate((prefix) => Object.keys(localStorage).filter((key) => key.startsWith(prefix)), `sillage:${site}~`);
  const elsewhere = () => stage.origin.serve("/elsewhere", "no tracker here");

  const trackNumbers = (page: Page, from: number, to: number) =>
    page.evaluate(
      ([from, to]) => {
        for (let n = from; n <= to; n++) window.sillage?.track("step_taken", { n, text: `step ${n}` });
      },
      [from, to] as [number, number],
    );
  const steps = (from: number, to: number, facts = {}) =>
    numbers(from, to).map((n) => event("step_taken", { n, text: `step ${n}` }, facts));

  return {
    holdBack,
    newVisitorWaitingFor,
    openEarly,
    somebodyListens,
    trackerTookOver,
    spilled,
    elsewhere,
    trackNumbers,
    steps,
  };
}
