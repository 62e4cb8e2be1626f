import { init } from "sillage";

const tracker = init({
  site: import.meta.env.VITE_SITE,
  endpoint: import.meta.env.VITE_COLLECTOR,
  capture: { scroll: [100] },
});
tracker.track("project_started", { bundler: "vite" });
window.sillage = tracker;
