"use client";

import { useEffect } from "react";
import { init } from "sillage";

/** `init` gives the same tracker each time, so that it does not matter how often React runs the effect. */
export function Analytics() {
  useEffect(() => {
    const tracker = init({
      site: process.env.NEXT_PUBLIC_SITE,
      endpoint: process.env.NEXT_PUBLIC_COLLECTOR,
      capture: { scroll: [100] },
    });
    tracker.track("project_started", { bundler: "next" });
    window.sillage = tracker;
  }, []);
  return null;
}
