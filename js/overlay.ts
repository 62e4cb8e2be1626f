/**
 * The part that is loaded where somebody debugs: an overlay shows each event of this page as it is captured, persisted,
 * sent, acknowledged or dropped, and the console says which rule was broken, and what to do. It looks on and changes
 * nothing; what goes wrong in it stays in it.
 */
import { attempt } from "./attempt";
import type { Host } from "./host";
import type { Outbox } from "./outbox";
import { openPanel } from "./overlay/panel";
import { droppedLine } from "./overlay/reasons";
import { watchTrace } from "./overlay/trace";
import type { Engine } from "./tracker";
import type { Options } from "./types";

/** How often it is looked whether a tracker that has not begun was stopped, in milliseconds. */
const STOP_LOOK_MS = 1_000;

/** Opens the overlay. What it returns joins it to the engine, with which it goes away. */
export function open(options: Options, host: Host, outbox: Outbox, isStopped: () => boolean): (engine: Engine) => void {
  const { dropped } = host;
  host.dropped = (reason, events) => {
    console.warn(`[sillage] ${droppedLine(reason, events)}`);
    dropped(reason, events);
  };
  const panel = attempt(() => openPanel(String(options.site)));
  if (!panel) return () => {};
  panel.say(/^(tcf|google)$/.test(String(options.consent)) ? `waits for consent by ${options.consent}` : "starts");
  const watch = watchTrace(host, outbox, panel);
  const looking = setInterval(() => {
    if (!isStopped()) return;
    clearInterval(looking);
    panel.close();
  }, STOP_LOOK_MS);
  return (engine) => {
    clearInterval(looking);
    watch(engine);
    panel.say("listens");
    const { _stop: stop } = engine;
    engine._stop = () => {
      stop();
      panel.close();
    };
  };
}
