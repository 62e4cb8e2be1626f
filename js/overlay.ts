/** The part that is loaded where somebody debugs: says in the console which rule was broken, and what to do. */
import type { Host } from "./host";
import { droppedLine } from "./overlay/reasons";

/** Listens to what the module tells of events that it dropped. */
export function open(host: Host): void {
  const { dropped } = host;
  host.dropped = (reason, events) => {
    console.warn(`[sillage] ${droppedLine(reason, events)}`);
    dropped(reason, events);
  };
}
