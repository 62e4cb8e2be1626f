/**
 * Tabs of WebKitGTK with the part of Playwright's interface that the suites use. What cannot be driven fails
 * with {@link NotDriven}, by which a test is skipped and says what it would need.
 */
import { EventEmitter, once } from "node:events";
import type { BrowserContext, Page } from "playwright-core";
import { STEP_TIMEOUT_MS } from "../browser.ts";
import { NotDriven } from "../engine.ts";
import { findFirst } from "./find.ts";
import type { Command } from "./webkit.ts";

/** How long a page is left alone between two questions, in milliseconds. */
const POLLING_MS = 25;

const BUTTONS = { left: 1, middle: 2, right: 3 };

/** A tab, and what is told of it. */
export interface WebKitTab {
  readonly page: Page;
  /** It shows another address. */
  moved(url: string): void;
  /** Emits what Playwright's `Page` emits. */
  readonly events: EventEmitter;
}

/** A tab, as Playwright's `Page`. */
export function tabOf(command: Command, context: BrowserContext, tab: number): WebKitTab {
  const events = new EventEmitter();
  let url = "about:blank";

  const run = async (task: unknown, argument?: unknown): Promise<unknown> => {
    const given = argument === undefined ? "" : JSON.stringify(argument);
    const call = typeof task === "function" ? `(${task})(${given})` : `(${task})`;
    const body = `return String(JSON.stringify(await ((__name) => ${call})((named) => named)))`;
    const text = await command("run", { tab, body });
    return text === null || text === "undefined" ? undefined : JSON.parse(text);
  };
  /** Asks until the answer is yes; while one page follows another there is none to ask. */
  const until = async <T>(ask: () => Promise<T>, what: string): Promise<T> => {
    const deadline = Date.now() + STEP_TIMEOUT_MS;
    let trouble: unknown = "";
    for (;;) {
      const answer = await ask().catch((error) => {
        trouble = error;
      });
      if (answer) return answer;
      if (Date.now() > deadline) throw new Error(`waited in vain for ${what} ${trouble}`);
      await later(POLLING_MS);
    }
  };
  const place = (selector: string) =>
    until(() => run(findFirst, selector) as ReturnType<typeof findFirst>, selector) as Promise<NonNullable<Box>>;
  const clickAt = async (x: number, y: number, button: keyof typeof BUTTONS = "left") => {
    // Input goes its own way to the page and may come later than what the page is asked next. The click
    // follows in the same task as the release, which the one that asks for a menu lacks.
    const last = button === "right" ? "contextmenu" : "pointerup";
    const clicked = run(
      (last: string) =>
        new Promise((heard) => addEventListener(last, () => setTimeout(heard), { capture: true, once: true })),
      last,
    ).catch(() => undefined);
    const gone = once(events, "framenavigated", { signal: AbortSignal.timeout(STEP_TIMEOUT_MS) });
    await command("click", { tab, x, y, button: BUTTONS[button] });
    await Promise.race([clicked, gone]).catch(() => {
      throw new Error(`the page hears nothing of a click of the ${button} button at ${x}, ${y}`);
    });
    gone.catch(() => undefined);
  };
  const isLoaded = (address?: (url: string) => boolean) => async () => {
    const [state, href] = (await run(() => [document.readyState, location.href])) as [string, string];
    url = href;
    return state === "complete" && (!address || address(href));
  };

  const driven = {
    async goto(to: string, { waitUntil = "load" }: { waitUntil?: string } = {}) {
      await command("go", { tab, url: to, until: waitUntil === "load" ? "FINISHED" : "COMMITTED" });
      url = to;
      if (waitUntil !== "domcontentloaded") return;
      await until(() => run(() => document.readyState !== "loading"), "the document");
    },
    reload: () => command("reload", { tab }),
    goBack: () => moveBy(-1),
    goForward: () => moveBy(1),
    url: () => url,
    evaluate: run,
    // A promise is as good as any other object: Playwright does not wait for it either.
    waitForFunction: (task: unknown, argument?: unknown) =>
      until(() => run(`Boolean((${task})(${JSON.stringify(argument)}))`), String(task)),
    waitForURL: (pattern: string) => until(isLoaded(matcher(pattern)), pattern),
    waitForSelector: place,
    waitForTimeout: later,
    async waitForEvent(name: string) {
      if (!["popup", "framenavigated", "close"].includes(name)) throw new NotDriven(`page.waitForEvent("${name}")`);
      return (await once(events, name, { signal: AbortSignal.timeout(STEP_TIMEOUT_MS) }))[0];
    },
    async click(selector: string, options: { button?: keyof typeof BUTTONS; noWaitAfter?: boolean } = {}) {
      for (const option of Object.keys(options)) {
        if (option !== "button" && option !== "noWaitAfter") throw new NotDriven(`page.click with ${option}`);
      }
      const { x, y, width, height } = await place(selector);
      await clickAt(x + width / 2, y + height / 2, options.button);
    },
    mouse: { click: (x: number, y: number) => clickAt(x, y) },
    locator: (selector: string) => only("page.locator()", { boundingBox: () => place(selector) }),
    bringToFront: () => command("front", { tab }),
    async fill(selector: string, value: string) {
      await place(selector);
      await run(
        ([selector, value]: [string, string]) => {
          const field = document.querySelector<HTMLInputElement>(selector);
          if (field) field.value = value;
          field?.dispatchEvent(new Event("input", { bubbles: true }));
        },
        [selector, value],
      );
    },
    on: (name: string, listener: (told: unknown) => void) => void events.on(name, listener),
    async close() {
      await command("close", { tab });
      events.emit("close");
    },
    context: () => context,
  };

  async function moveBy(steps: number) {
    const navigated = once(events, "framenavigated", { signal: AbortSignal.timeout(STEP_TIMEOUT_MS) });
    // Two entries of one document may have one address.
    const popped = run((steps: number) => {
      const popped = new Promise((hear) => addEventListener("popstate", () => setTimeout(hear), { once: true }));
      history.go(steps);
      return popped;
    }, steps);
    await Promise.race([navigated, popped.catch(() => navigated)]);
    navigated.catch(() => undefined);
    await until(isLoaded(), "the page");
  }

  return {
    page: only("page", driven) as unknown as Page,
    events,
    moved(to) {
      url = to;
      events.emit("framenavigated");
    },
  };
}

type Box = Awaited<ReturnType<typeof findFirst>>;

const later = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/** An address, or a pattern of one as Playwright has them: `**` is anything, `*` anything but a slash. */
function matcher(pattern: string): (url: string) => boolean {
  const source = pattern
    .split(/(\*\*|\*)/)
    .map((part) => (part === "**" ? ".*" : part === "*" ? "[^/]*" : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")))
    .join("");
  return (url) => new RegExp(`^${source}$`).test(url);
}

/** These members, and for every other one a failure that names it. */
export function only<T extends object>(name: string, members: T): T {
  return new Proxy(members, {
    get(target, member) {
      // Whoever awaits the object asks for `then`.
      if (member in target || member === "then" || typeof member === "symbol") return Reflect.get(target, member);
      throw new NotDriven(`${name}.${member}`);
    },
  });
}
