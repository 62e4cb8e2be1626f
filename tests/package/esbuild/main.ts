import { init } from "sillage";
import captureWasmUrl from "sillage/captures.wasm";
import wasmUrl from "sillage/tracker.wasm";

declare const SITE: string;
declare const COLLECTOR: string;

const tracker = init({ site: SITE, endpoint: COLLECTOR, capture: { scroll: [100] }, wasmUrl, captureWasmUrl });
tracker.track("project_started", { bundler: "esbuild" });
window.sillage = tracker;
