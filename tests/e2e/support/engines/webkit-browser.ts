/** WebKitGTK with the part of Playwright's `Browser` and `BrowserContext` that the suites use. */
import { EventEmitter, once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { STEP_TIMEOUT_MS } from "../browser.ts";
import { type Command, startWebKit, type Told } from "./webkit.ts";
import { only, tabOf, type WebKitTab } from "./webkit-page.ts";

/** Tells what goes wrong in a page, and what is written to its console: WebKitGTK has no signal for either. */
const EAR = `(() => {
  const { ear } = webkit.messageHandlers;
  const say = (kind, text) => ear.postMessage(JSON.stringify({ kind, text }));
  addEventListener("error", (event) => event.message && say("exception", String(event.error?.stack || event.message)));
  addEventListener("unhandledrejection", ({ reason }) => say("exception", String(reason?.stack || reason)));
  for (const level of ["debug", "log", "info", "warn", "error"]) {
    const write = console[level];
    console[level] = (...words) => {
      say(level === "warn" ? "warning" : level, words.map(String).join(" "));
      write.apply(console, words);
    };
  }
})()`;

export async function launchWebKit(): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), "sillage-webkit-"));
  const contexts = new Map<number, ReturnType<typeof newContext>>();
  let tabs = 0;
  const hear = (told: Told) => {
    for (const [visitor, context] of contexts) if (!("visitor" in told) || told.visitor === visitor) context.hear(told);
  };
  const { group, command } = await startWebKit(profile, hear);
  return only("browser", {
    async newContext() {
      const visitor = contexts.size + 1;
      const context = newContext(command, visitor, () => ++tabs);
      contexts.set(visitor, context);
      await command("visitor", { visitor });
      await command("script", { visitor, source: EAR });
      return context.context;
    },
    async close() {
      await group.kill();
      rmSync(profile, { recursive: true, force: true });
    },
  }) as unknown as Browser;
}

function newContext(command: Command, visitor: number, nextTab: () => number) {
  const events = new EventEmitter();
  const tabs = new Map<number, WebKitTab>();
  const add = (tab: number): Page => {
    const added = tabOf(command, context, tab);
    tabs.set(tab, added);
    return added.page;
  };
  const driven = {
    setDefaultTimeout: () => undefined,
    async addInitScript(script: unknown, given?: unknown) {
      const source = typeof script === "function" ? `(${script})(${JSON.stringify(given)})` : String(script);
      await command("script", { visitor, source });
    },
    on: (name: string, listener: (told: unknown) => void) => void events.on(name, listener),
    async newPage() {
      const tab = nextTab();
      await command("open", { tab, visitor });
      return add(tab);
    },
    pages: () => [...tabs.values()].map(({ page }) => page),
    async waitForEvent(name: "page") {
      return (await once(events, name, { signal: AbortSignal.timeout(STEP_TIMEOUT_MS) }))[0];
    },
    cookies: async () => JSON.parse((await command("cookies", { visitor })) ?? "[]"),
    clock: only("context.clock", {}),
    close: () => command("leave", { visitor, tabs: [...tabs.keys()] }),
  };
  const context = only("context", driven) as unknown as BrowserContext;
  return {
    context,
    hear(told: Told) {
      if (told.event === "moved") {
        if (told.url) tabs.get(told.tab)?.moved(told.url);
      } else if (told.event === "opened") {
        const page = add(told.tab);
        tabs.get(told.opener)?.events.emit("popup", page);
        events.emit("page", page);
      } else {
        const { kind, text } = JSON.parse(told.text) as { kind: string; text: string };
        if (kind === "exception") {
          events.emit("weberror", { error: () => text });
          return;
        }
        const message = { type: () => kind, text: () => text };
        for (const emitter of [events, ...[...tabs.values()].map((tab) => tab.events)])
          emitter.emit("console", message);
      }
    },
  };
}
