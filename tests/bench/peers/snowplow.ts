/**
 * Snowplow as its documentation sets it up for a web page: the tracker with both click plugins and
 * their listeners, one pageview, and otherwise its defaults. The sink is where the script comes from.
 */

import { ButtonClickTrackingPlugin, enableButtonClickTracking } from "@snowplow/browser-plugin-button-click-tracking";
import { enableLinkClickTracking, LinkClickTrackingPlugin } from "@snowplow/browser-plugin-link-click-tracking";
import { newTracker, trackPageView, trackSelfDescribingEvent } from "@snowplow/browser-tracker";
import type {} from "../trackers.ts";

const { origin } = new URL((document.currentScript as HTMLScriptElement).src);
newTracker("bench", origin, { appId: "bench", plugins: [LinkClickTrackingPlugin(), ButtonClickTrackingPlugin()] });
enableLinkClickTracking();
enableButtonClickTracking();
trackPageView();

window.bench = {
  track: (name, props) =>
    trackSelfDescribingEvent({ event: { schema: `iglu:com.example/${name}/jsonschema/1-0-0`, data: { ...props } } }),
  ready: Promise.resolve(),
};
