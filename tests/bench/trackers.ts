/** The trackers that are compared: each behind a gate of its own that keeps and counts what it is sent. */

import { type Collector, startCollector } from "../e2e/support/collector.ts";
import { type Asked, answer, type Gate, type Handler, isBatch, openGate } from "../e2e/support/gate.ts";
import { bundlePeer, sillageSizes } from "./bundles.ts";

export type TrackerName = "none" | "least" | "sillage" | "snowplow" | "amplitude";

/** What the page calls; `ready` fulfils when it has started. */
export interface Called {
  track(name: string, props: object): void;
  ready: Promise<unknown>;
}

declare global {
  interface Window {
    /** A peer's page, or the one without a tracker. */
    bench?: Called;
  }
}

export interface BenchTracker {
  readonly name: TrackerName;
  /** What a site's owner would paste. */
  tag(site: string): string;
  /** Where it sends to; nowhere for `none`. */
  readonly gate?: Gate;
  /** How many events a request carries. */
  eventsIn(asked: Asked): number;
  /** Bytes of its download, brotli at quality 11: all of it, and what is loaded before anything else. */
  readonly download: { total: number; loader: number };
  /** Where the page finds it, once it is there. */
  readonly global: "sillage" | "bench";
  /** When the first request with events came since the last call of {@link reset}, in Unix milliseconds. */
  firstCameAt(): number | undefined;
  /** Forgets what came so far. */
  reset(): void;
}

export interface Trackers {
  readonly all: BenchTracker[];
  /** A script that sends one request and does nothing else: what any tracker costs at least. */
  readonly least: BenchTracker;
  readonly collector: Collector;
  close(): Promise<void>;
}

/** The collector, the sinks of the peers, and who speaks to them. */
export async function openTrackers(): Promise<Trackers> {
  const collector = await startCollector();
  const [least, ...peers] = await Promise.all([openLeast(), openSnowplow(), openAmplitude()]);
  const all = [none, sillageAt(collector), ...peers];
  return {
    all,
    least,
    collector,
    async close() {
      for (const peer of [least, ...peers]) peer.gate?.close();
      await collector.remove();
    },
  };
}

/** The page as it is without any tracker: what costs there is subtracted. */
const none: BenchTracker = {
  name: "none",
  tag: () => "<script>bench = { track() {}, ready: Promise.resolve() }</script>",
  eventsIn: () => 0,
  download: { total: 0, loader: 0 },
  global: "bench",
  firstCameAt: () => undefined,
  reset() {},
};

/** Stamps the first request that carries events. */
function stamped(gate: Gate, eventsIn: (asked: Asked) => number, handler: Handler) {
  let cameAt: number | undefined;
  gate.handler = (asked, forward) => {
    if (eventsIn(asked) > 0) cameAt ??= performance.timeOrigin + performance.now();
    return handler(asked, forward);
  };
  return {
    firstCameAt: () => cameAt,
    reset() {
      gate.asked.length = 0;
      cameAt = undefined;
    },
  };
}

function sillageAt({ gate }: Collector): BenchTracker {
  const eventsIn = (asked: Asked) => (isBatch(asked) ? JSON.parse(asked.body).events.length : 0);
  return {
    name: "sillage",
    tag: (site) => `<script async src="${gate.origin}/sillage.js" data-site="${site}"></script>`,
    gate,
    eventsIn,
    download: sillageSizes(),
    global: "sillage",
    ...stamped(gate, eventsIn, (_, forward) => forward()),
  };
}

/** A peer whose requests are answered as its own service does when all is well. */
async function openPeer(name: TrackerName, eventsIn: (asked: Asked) => number, json: unknown): Promise<BenchTracker> {
  const { script, brotli } = await bundlePeer(name);
  const gate = await openGate(() => "");
  const handler: Handler = async (asked) => {
    // Snowplow sends cookies along, which a wildcard would forbid; preflights may be remembered.
    const cors = {
      "access-control-allow-origin": asked.headers.origin ?? "*",
      "access-control-allow-credentials": "true",
      "access-control-allow-headers": "content-type, content-encoding",
      "access-control-max-age": "600",
    };
    if (asked.method === "GET" && asked.path === `/${name}.js`) {
      return { status: 200, headers: { "content-type": "text/javascript; charset=utf-8" }, body: script };
    }
    return answer(200, json, cors);
  };
  return {
    name,
    tag: () => `<script async src="${gate.origin}/${name}.js"></script>`,
    gate,
    eventsIn,
    download: { total: brotli, loader: brotli },
    global: "bench",
    ...stamped(gate, eventsIn, handler),
  };
}

/** The body of a POST as JSON. */
const posted = ({ method, body }: Asked) => (method === "POST" ? JSON.parse(body) : {});

const openLeast = () => openPeer("least", (asked) => Number(asked.method === "POST"), "ok");

const openSnowplow = () => openPeer("snowplow", (asked) => posted(asked).data?.length ?? 0, "ok");

const openAmplitude = () =>
  openPeer("amplitude", (asked) => posted(asked).events?.length ?? 0, {
    code: 200,
    events_ingested: 1,
    payload_size_bytes: 1,
    server_upload_time: 1,
  });
