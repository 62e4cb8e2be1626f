import { init } from "sillage";

const tracker = init({ site: process.env.SITE, endpoint: process.env.COLLECTOR, capture: { scroll: [100] } });
tracker.track("project_started", { bundler: "webpack" });
window.sillage = tracker;
