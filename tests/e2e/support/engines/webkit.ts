/** WebKitGTK as a process group of its own, on a profile that outlives it: see webkit.py. */
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Engine, type RunningBrowser, sourceOf, type Tab } from "../engine.ts";
import { type ProcessGroup, startGroup } from "../process-group.ts";

/** How long it may take to end after it was asked to, in milliseconds. */
const QUIT_TIMEOUT_MS = 10_000;

/** How long a tab may take to show an address, in milliseconds: generous, for a busy machine. */
const ARRIVAL_TIMEOUT_MS = 30_000;

const PROGRAM = fileURLToPath(new URL("webkit.py", import.meta.url));

export type Command = (name: string, parameters?: object) => Promise<string | null>;

/** What the browser tells by itself: see webkit.py. */
export type Told =
  | { event: "moved"; tab: number; url: string | null }
  | { event: "opened"; visitor: number; opener: number; tab: number }
  | { event: "heard"; visitor: number; text: string };

/** Starts the browser; `hear` is called with what it tells. */
export async function startWebKit(
  profile: string,
  hear: (told: Told) => void = () => undefined,
): Promise<{ group: ProcessGroup; command: Command }> {
  const group = startGroup("/usr/bin/python3", [PROGRAM, profile], {
    stdio: ["pipe", "pipe", "ignore"],
    env: {
      ...process.env,
      DISPLAY: await display(),
      HOME: profile,
      GDK_BACKEND: "x11",
      // There is neither a graphics card nor a desktop.
      WEBKIT_DISABLE_DMABUF_RENDERER: "1",
      LIBGL_ALWAYS_SOFTWARE: "1",
      NO_AT_BRIDGE: "1",
      GIO_USE_VFS: "local",
      GSETTINGS_BACKEND: "memory",
    },
  });
  return { group, command: commandsOf(group, hear) };
}

async function launch(profile: string): Promise<RunningBrowser> {
  const { group, command } = await startWebKit(profile);
  let tabs = 0;
  return {
    async open(url) {
      const tab = tabOf(command, ++tabs);
      await command("open", { tab: tabs });
      await tab.goTo(url);
      return tab;
    },
    kill: () => group.kill(),
    async quit() {
      await command("quit");
      await group.ended(QUIT_TIMEOUT_MS);
    },
  };
}

function tabOf(command: Command, id: number): Tab {
  const tab: Tab = {
    async run(task, ...args) {
      const text = await command("run", {
        tab: id,
        body: `return String(JSON.stringify(await ${sourceOf(task, args)}))`,
      });
      return text === null || text === "undefined" ? undefined : JSON.parse(text);
    },
    // GTK has no input but the window system's; the page hears the same events, without a pointer's.
    click: (selector) => tab.run((selector) => document.querySelector<HTMLElement>(selector)?.click(), selector),
    async goTo(url) {
      await command("go", { tab: id, url });
    },
    async arrivedAt(url) {
      const deadline = Date.now() + ARRIVAL_TIMEOUT_MS;
      // While one page follows another there is none to ask.
      const shown = () => tab.run(() => `${document.readyState} ${location.href}`).catch(() => "");
      while ((await shown()) !== `complete ${url}`) {
        if (Date.now() > deadline) throw new Error(`the tab does not come to ${url}`);
        await new Promise((later) => setTimeout(later, 20));
      }
    },
    // WebKitGTK cannot be told; that nobody answers is all that pages notice.
    async setOffline() {},
    async close() {
      await command("close", { tab: id });
    },
  };
  return tab;
}

/** Sends commands and gives their results; fails what waits when the browser has gone. */
function commandsOf({ leader }: ProcessGroup, hear: (told: Told) => void): Command {
  const waiting = new Map<number, (result: string | null, error: string | null) => void>();
  let commands = 0;
  let hasGone = false;
  leader.once("exit", () => {
    hasGone = true;
    for (const done of waiting.values()) done(null, "the browser has gone");
  });
  if (!leader.stdout) throw new Error("the browser has no output");
  createInterface(leader.stdout).on("line", (line) => {
    const { id, result, error, ...told } = JSON.parse(line);
    if (id === undefined) hear(told);
    waiting.get(id)?.(result, error);
    waiting.delete(id);
  });
  // Who writes to a browser that was killed hears of it by its exit.
  leader.stdin?.on("error", () => undefined);
  return (name, parameters = {}) =>
    new Promise((done, failed) => {
      const id = ++commands;
      waiting.set(id, (result, error) => (error === null ? done(result) : failed(new Error(error))));
      if (hasGone) failed(new Error("the browser has gone"));
      else leader.stdin?.write(`${JSON.stringify({ id, name, ...parameters })}\n`);
    });
}

let xvfb: Promise<string> | undefined;

/** A screen that nobody sees, for all browsers of this process. */
function display(): Promise<string> {
  xvfb ??= new Promise((ready, failed) => {
    const options = ["-displayfd", "1", "-screen", "0", "1000x700x24", "-nolisten", "tcp"];
    const { leader } = startGroup("Xvfb", options, { stdio: ["ignore", "pipe", "ignore"] });
    leader.once("error", failed);
    leader.once("exit", (code) => failed(new Error(`Xvfb ended with ${code}`)));
    leader.stdout?.once("data", (number) => ready(`:${String(number).trim()}`));
    letGo(leader);
  });
  return xvfb;
}

/** Lets this process end while the other one still runs, which ends it then. */
function letGo(leader: ChildProcess) {
  leader.unref();
  (leader.stdout as unknown as { unref?(): void } | null)?.unref?.();
}

export const webkit: Engine = { name: "webkit", launch };
