/**
 * Script-tag entry: `<script async src=".../sillage.js" data-site="shop">`. Reads the tag's `data-*`
 * attributes as options and leaves the tracker at `window.sillage`.
 */
import { createTracker } from "./loader";
import type { Stub } from "./stub";
import type { Options, Tracker } from "./types";

/** Hashed file name beside this script, set by the build. */
declare const __TRACKER_JS__: string;

declare global {
  interface Window {
    sillage?: Tracker;
  }
}

const script = document.currentScript as HTMLScriptElement | null;
const present = window.sillage as (Tracker & Partial<Stub>) | undefined;
if (script && (!present || present.q)) {
  // An address is as good as its text where a text is wanted.
  const besideScript = (name: string) => new URL(name, script.src) as unknown as string;
  // Attributes are options as text, which the module reads; a bare one is `true`.
  const options: Record<string, unknown> = { endpoint: besideScript("."), ...script.dataset };
  for (const name in options) options[name] ||= true;
  window.sillage = createTracker(options as unknown as Options, {
    _load: () => import(besideScript(__TRACKER_JS__)),
    _stub: present as Stub | undefined,
  });
}
