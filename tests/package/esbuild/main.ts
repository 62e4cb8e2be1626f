import { init } from "sillage";
import wasmUrl from "sillage/tracker.wasm";

declare const SITE: string;
declare const COLLECTOR: string;

const tracker = init({ site: SITE, endpoint: COLLECTOR, wasmUrl });
tracker.track("project_started", { bundler: "esbuild" });
window.sillage = tracker;
