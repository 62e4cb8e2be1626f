import { init } from "sillage";

declare const SITE: string;
declare const COLLECTOR: string;

const tracker = init({ site: SITE, endpoint: COLLECTOR, capture: { scroll: [100] } });
tracker.track("project_started", { bundler: "esbuild" });
window.sillage = tracker;
