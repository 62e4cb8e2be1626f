/**
 * What the fault table needs of a browser, whichever it is: to be started on a profile, killed with
 * all its processes, and come back on the same profile.
 */
import { chromium } from "./engines/chromium.ts";
import { firefox } from "./engines/firefox.ts";
import { webkit } from "./engines/webkit.ts";

export interface Engine {
  readonly name: string;
  /** Starts the browser with what the folder `profile` holds of earlier visits. */
  launch(profile: string): Promise<RunningBrowser>;
}

export interface RunningBrowser {
  /** Opens an address in a new tab and waits until it is loaded. */
  open(url: string): Promise<Tab>;
  /** SIGKILL to all its processes. */
  kill(): Promise<void>;
  /** Ends it as its user would. */
  quit(): Promise<void>;
}

export interface Tab {
  /** Runs `task` in the page, which sees nothing of its surroundings here, and gives what it returns. */
  run<A extends unknown[], T>(task: (...args: A) => T | Promise<T>, ...args: A): Promise<T>;
  /** A click of the visitor's, by the browser's own input. */
  click(selector: string): Promise<void>;
  /** Goes to an address, as by the address bar, and waits until it is loaded. */
  goTo(url: string): Promise<void>;
  /** Waits until the tab shows this address. */
  arrivedAt(url: string): Promise<void>;
  /** Lets pages know that there is no network, where the engine's driver can; the gate must refuse besides. */
  setOffline(isOffline: boolean): Promise<void>;
  /** Closes the tab as its visitor would: the page gets its `pagehide`. */
  close(): Promise<void>;
}

/** What a suite asks for and an engine cannot be driven to do: the test is skipped, and says so. */
export class NotDriven extends Error {}

/** The text that runs `task` in a page. */
export const sourceOf = (task: (...args: never[]) => unknown, args: unknown[]) =>
  // tsx (esbuild) wraps named functions in `__name`, which pages do not have.
  `((__name) => (${task})(...${JSON.stringify(args)}))((named) => named)`;

/** The engine that `SILLAGE_ENGINE` names; Chromium where it names none. */
export function engine(): Engine {
  const name = process.env.SILLAGE_ENGINE ?? "chromium";
  const known = [chromium, firefox, webkit].find((it) => it.name === name);
  if (!known) throw new Error(`SILLAGE_ENGINE=${name}: no such engine`);
  return known;
}
