/** The collector as a process of its own, guarded as in production: reads by token, `PutEvents` by signature. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

const program =
  process.env.SILLAGE_COLLECTOR ?? resolve(root, process.env.CARGO_TARGET_DIR ?? "target", "debug/sillage-collector");

/** What reads must present, and who may sign. */
export const READ_TOKEN = "conformance-token";
export const ACCESS_KEY = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "conformance/secret+key" };

/** What the tracker sent: a page view, a click on it and a search, all of one visitor in one session. */
export interface Tracked {
  readonly siteId: string;
  readonly sessionId: string;
  readonly customerId: string;
  readonly eventIds: string[];
}

export interface Collector {
  readonly origin: string;
  /** Sends a batch as the tracker does. */
  track(siteId: string): Promise<Tracked>;
  stop(): Promise<void>;
}

/** `env` replaces settings; undefined takes one away. */
export async function startCollector(env: Record<string, string | undefined> = {}): Promise<Collector> {
  const data = mkdtempSync(join(tmpdir(), "sillage-conformance-"));
  const child = spawn(program, ["--listen", "127.0.0.1:0", "--data", data], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      SILLAGE_LOG: "warn",
      SILLAGE_READ_TOKEN: READ_TOKEN,
      SILLAGE_PUT_EVENTS_KEYS: `RETIRED:x,${ACCESS_KEY.accessKeyId}:${ACCESS_KEY.secretAccessKey}`,
      ...env,
    },
  });
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  const origin = await new Promise<string>((ready, failed) => {
    child.once("error", failed);
    child.once("exit", (code) => failed(new Error(`the collector ended with ${code}`)));
    createInterface(child.stdout).on("line", (line) => {
      const said = /^listening on (\S+)$/.exec(line)?.[1];
      if (said) ready(said);
    });
  });
  return {
    origin,
    track: (siteId) => track(origin, siteId),
    async stop() {
      child.kill("SIGINT");
      await ended;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

async function track(origin: string, siteId: string): Promise<Tracked> {
  const [pageview, click, search, sessionId, customerId] = Array.from({ length: 5 }, () => randomUUID()) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const now = Date.now();
  const at = (msAgo: number) => new Date(now - msAgo).toISOString();
  const page = { url: "https://shop.example/tea?q=oolong&utm_source=news", title: "Tea", lang: "en" };
  const web = "com.genesys.journey.WebEvent";
  const batch = {
    id: randomUUID(),
    siteId,
    sentAt: new Date(now).toISOString(),
    tracker: { name: "sillage", version: "0.1.0" },
    defaults: { customerId, customerIdType: "cookie", session: { id: sessionId }, correlationId: pageview },
    events: [
      {
        id: pageview,
        eventType: web,
        createdDate: at(3_000),
        webEvent: { eventName: "page_viewed", page, referrer: { url: "https://www.google.com/" } },
      },
      {
        id: click,
        eventType: "com.genesys.journey.WebActionEvent",
        createdDate: at(2_000),
        webActionEvent: { action: { state: "engaged", prompt: "Buy" }, actionMap: { displayName: "buy" } },
      },
      {
        id: search,
        eventType: web,
        createdDate: at(1_000),
        webEvent: { eventName: "search_performed", page, searchQuery: "oolong", attributes: { results: 12 } },
      },
    ],
  };
  const answer = await fetch(`${origin}/v1/batches`, {
    method: "POST",
    headers: {
      "content-type": "text/plain;charset=UTF-8",
      "user-agent":
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    },
    body: JSON.stringify(batch),
  });
  assert.equal(((await answer.json()) as { stored: number }).stored, 3);
  return { siteId, sessionId, customerId, eventIds: [pageview, click, search] };
}
