/**
 * Script-tag entry: `<script async src=".../sillage.js" data-site="shop">`. Reads the tag's `data-*`
 * attributes as options and leaves the tracker at `window.sillage`.
 */
import { createTracker } from "./loader";
import type { Stub } from "./stub";
import type { Options, Tracker } from "./types";

/** Hashed file names beside this script, set by the build. */
declare const __TRACKER_JS__: string;
declare const __TRACKER_WASM__: string;

declare global {
  interface Window {
    sillage?: Tracker;
  }
}

/** Attributes are options as text, which the module reads; a bare one is `true`. */
function optionsOf(script: HTMLElement): Options {
  const options: Record<string, unknown> = { ...script.dataset };
  for (const name in options) options[name] ||= true;
  return options as unknown as Options;
}

const script = document.currentScript as HTMLScriptElement | null;
const present = window.sillage as (Tracker & Partial<Stub>) | undefined;
if (script && (!present || present.q)) {
  const besideScript = (name: string) => new URL(name, script.src).href;
  window.sillage = createTracker(optionsOf(script), {
    _load: () => import(besideScript(__TRACKER_JS__)),
    _wasmUrl: besideScript(__TRACKER_WASM__),
    _endpoint: besideScript("."),
    _stub: present as Stub | undefined,
  });
}
