/** Follows each event of the page through the host: what is put, forgotten and sent, and how the collector answers. */
import { attempt } from "../attempt";
import { Fact } from "../fact";
import type { Host } from "../host";
import type { Outbox } from "../outbox";
import type { Engine } from "../tracker";
import type { Panel, Row } from "./panel";
import { ruleOf } from "./reasons";

/** What a page's fact is called before it is an event. */
const FACTS: Partial<Record<Fact, string>> = {
  [Fact.PageLoaded]: "page_viewed",
  [Fact.AddressChanged]: "page_viewed",
  [Fact.PageCalled]: "page_viewed",
  [Fact.Clicked]: "click",
};

/** Why a request has brought no acknowledgement, by its status. */
const whyNot = (status: number) =>
  status === 0
    ? "no answer: is the endpoint right and running, does connect-src of the page's policy allow it?"
    : status === 413
      ? "answered 413: something on the way takes no body of that size; smaller batches follow"
      : `answered ${status}, without this batch's id: it is tried again`;

/** Name and content of an event, out of its line as `_event` in `js/page.ts` writes it. */
function read(line: string): [id: string, name: string, content: string] {
  // In a line of its own, after its batch was taken apart, it stands behind a key.
  const [key = "", , , word, members = ""] = line.slice(line.indexOf("\x1e") + 1).split("\x1f");
  const text = members.replace("\x1c", "");
  const parsed = attempt(() => JSON.parse(word ? `{${text}}` : `{"webEvent":{${text}}}`));
  const part = parsed && (Object.values(parsed)[0] as Record<string, unknown>);
  const { displayName } = Object(part?.actionMap ?? part?.action) as { displayName?: string };
  const name = (part?.eventName as string) ?? [word, displayName].filter(Boolean).join(" ");
  return [key.slice(1), name, parsed ? JSON.stringify(parsed, null, 2) : members];
}

/** Watches what passes through `host`. Returns what joins the engine. */
export function watchTrace(host: Host, outbox: Outbox, panel: Panel): (engine: Engine) => void {
  const rows = new Map<string, Row>();
  /** Events of each batch that was sent and has no verdict. */
  const batches = new Map<string, string[]>();
  /** Events that were forgotten last: a drop that follows is theirs. */
  let forgotten: string[] = [];
  let mayKeep = false;
  /** What is being heard: a drop that follows is its own. */
  let hearing = "";
  let answer = 0;

  const mark = (ids: string[], state: Parameters<Row["_mark"]>[0], why?: string) => {
    for (const id of ids) rows.get(id)?._mark(state, why);
  };

  /** Tells that these events are written down, once the outbox has done so: it begins when the module has said everything. */
  const markPersisted = (ids: string[]) => {
    if (mayKeep)
      Promise.resolve()
        .then(outbox._written)
        .then((isDurable) => isDurable && mark(ids, "persisted"));
  };

  const { put, forget, clear, keep, send, _finished: finished, dropped } = host;
  host.put = (line) => {
    const isKept = put(line);
    attempt(() => {
      if (line[0] === "d") {
        const [key = ""] = line.split("\x1f", 1);
        const ids = [...rows.keys()].filter((id) => line.includes(`e${id}\x1f`));
        batches.set(key.slice(1), ids);
        markPersisted(ids);
      }
      if (line[0] !== "e" || !isKept) return;
      const [id, name, content] = read(line);
      if (!rows.has(id)) rows.set(id, panel.add(name, content));
      mark([id], "captured", mayKeep ? "" : "in memory alone: consent is pending, or nothing may be stored");
      markPersisted([id]);
    });
    return isKept;
  };
  host.keep = (may) => {
    keep(may);
    mayKeep = may;
    attempt(() => markPersisted([...rows.keys()].filter((id) => !rows.get(id)?._isOver())));
  };
  host.forget = (key) => {
    forget(key);
    attempt(() => {
      const id = key.slice(1);
      if (key[0] === "e") forgotten.push(id);
      if (key[0] !== "d") return;
      forgotten = batches.get(id) ?? [];
      batches.delete(id);
      if (answer !== 413) mark(forgotten, "acknowledged");
    });
  };
  host.clear = () => {
    clear();
    attempt(() => {
      for (const row of rows.values()) if (!row._isOver()) row._mark("dropped", `no_consent: ${ruleOf("no_consent")}`);
      batches.clear();
    });
  };
  host.send = (batch, body, isLeaving) => {
    attempt(() => {
      const { events } = JSON.parse(`{${body}`) as { events: { id: string }[] };
      const ids = events.map(({ id }) => id);
      batches.set(batch, ids);
      const why = isLeaving ? "with the page: the next page asks what became of it" : "";
      // It leaves once the batch is written down, but for a page that goes.
      (isLeaving ? Promise.resolve() : outbox._written()).then(() => mark(ids, "sent", why));
      panel.say(`sends ${events.length === 1 ? "1 event" : `${events.length} events`}`);
    });
    send(batch, body, isLeaving);
  };
  host._finished = (batch, status, ...told) => {
    answer = status;
    const ids = batches.get(batch) ?? [];
    finished(batch, status, ...told);
    attempt(() => {
      answer = 0;
      if (!batches.has(batch)) return;
      const why = whyNot(status);
      mark(ids, "sent", why);
      panel.say(why);
      console.warn(`[sillage] ${ids.length} events are not acknowledged: ${why}`);
    });
  };
  host.dropped = (reason, events) => {
    dropped(reason, events);
    attempt(() => {
      const why = `${reason}: ${ruleOf(reason)}`;
      if (reason === "no_consent" && events > 1) return;
      // Of a batch some may be rejected: which, only the collector knows.
      if (forgotten.length > events) mark(forgotten, "acknowledged", `${events} of its batch were ${why}`);
      else if (forgotten.length > 0 && !hearing) mark(forgotten.slice(-events), "dropped", why);
      else if (hearing) panel.add(hearing, "")._mark("dropped", why);
      panel.say(`drops ${events} ${reason}`);
    });
  };

  return (engine) => {
    const { _hear: hear } = engine;
    engine._hear = (...heard) => {
      const [fact, told] = heard;
      forgotten = [];
      hearing = FACTS[fact] ?? (fact === Fact.Tracked ? String(told[0] || told[3] || "an event without a name") : "");
      try {
        hear(...heard);
        engine._now();
      } finally {
        hearing = "";
      }
    };
  };
}
