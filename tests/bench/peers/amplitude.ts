/**
 * Amplitude with what compares: pageviews and clicks are captured; what it could capture besides is
 * off, and nothing is fetched from elsewhere. Bodies are compressed as they are on the way to its own
 * servers. The rest are its defaults. The sink is where the script comes from.
 */

import { init, track } from "@amplitude/analytics-browser";
import type {} from "../trackers.ts";

const { origin } = new URL((document.currentScript as HTMLScriptElement).src);
const started = init("bench", {
  serverUrl: `${origin}/2/httpapi`,
  enableRequestBodyCompression: true,
  autocapture: {
    pageViews: true,
    elementInteractions: true,
    attribution: false,
    sessions: false,
    formInteractions: false,
    fileDownloads: false,
    frustrationInteractions: false,
    networkTracking: false,
    webVitals: false,
    pageUrlEnrichment: false,
  },
  remoteConfig: { fetchRemoteConfig: false },
  enableDiagnostics: false,
});

window.bench = {
  track: (name, props) => void track(name, { ...props }),
  ready: started.promise,
};
