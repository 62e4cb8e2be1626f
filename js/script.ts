/**
 * Script-tag entry: `<script async src=".../sillage.js" data-site="shop">`. Reads the tag's `data-*`
 * attributes as options and leaves the tracker at `window.sillage`.
 */
import { createTracker } from "./loader";
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
  const options: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(script.dataset)) options[name] = text || true;
  return options as unknown as Options;
}

const script = document.currentScript as HTMLScriptElement | null;
if (script && !window.sillage) {
  const besideScript = (name: string) => new URL(name, script.src).href;
  window.sillage = createTracker(optionsOf(script), {
    load: () => import(besideScript(__TRACKER_JS__)),
    wasmUrl: besideScript(__TRACKER_WASM__),
    endpoint: besideScript("."),
  });
}
