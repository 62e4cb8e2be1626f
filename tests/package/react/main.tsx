import { StrictMode, useEffect, useRef } from "react";
import { createRoot } from "react-dom/client";
import { SillageProvider, useTracker } from "sillage/react";

declare const SITE: string;
declare const COLLECTOR: string;

type ProjectEvents = { project_started: { bundler: string } };

function Shop() {
  const tracker = useTracker<ProjectEvents>();
  const isTold = useRef(false);
  useEffect(() => {
    // Strict mode runs effects twice.
    if (isTold.current) return;
    isTold.current = true;
    tracker.track("project_started", { bundler: "react" });
    window.sillage = tracker as typeof window.sillage;
  }, [tracker]);
  return <button type="button">Order</button>;
}

const options = { site: SITE, endpoint: COLLECTOR, capture: { scroll: [100] } };
createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <SillageProvider options={options}>
      <Shop />
    </SillageProvider>
  </StrictMode>,
);
