/** Hears audio and video. Their events do not bubble, but pass the window on their way down: later elements are heard too. */
import { selectorOf } from "../clicks";
import { numberOf } from "./numbers";
import { type On, Seen, type Tell } from "./seen";

/** As `Playing` of `crates/capture/src/media.rs`, in its order. */
const EVENTS = ["playing", "timeupdate", "pause", "seeking", "seeked", "ended"];

const milliseconds = (seconds: number) => (Number.isFinite(seconds) ? Math.round(seconds * 1000) : 0);

/** Starts listening. */
export function hearMedia(on: On, tell: Tell): void {
  on(EVENTS.join(" "), (event) => {
    const [media] = event.composedPath();
    if (!(media instanceof HTMLMediaElement) || media.closest("[data-sillage-ignore]")) return;
    // A recording that is repeated seeks its begin of itself; one that ends is paused before.
    if (event.type.startsWith("seek") && media.loop) return;
    if (event.type === "pause" && media.ended) return;
    const named = ["data-sillage-name", "aria-label", "title"].map((name) => media.getAttribute(name)).find(Boolean);
    const number = numberOf(media, named ?? selectorOf(media));
    tell(Seen.MediaPlayed, [
      EVENTS.indexOf(event.type),
      // Odd where it is a video: see `eventOf`.
      number * 2 + Number(media instanceof HTMLVideoElement),
      milliseconds(media.currentTime),
      milliseconds(media.duration),
    ]);
  });
}
