/**
 * The real collector, as a process of its own, with a gate in front of it. Rows are read as anybody
 * reads them: from its event stream, which begins with all that is stored and goes on with what comes.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Gate, openGate } from "./gate.ts";
import type { StoredEvent } from "./model.ts";

/** The repository's root folder. */
export const root = fileURLToPath(new URL("../../..", import.meta.url));

/** What `npm run build` made: `web` for script tags, `npm` for bundlers. */
export const dist = process.env.SILLAGE_DIST ?? join(root, "dist");

/** `npm test` compiles the program and names it; by hand it is looked for where cargo puts it. */
export const program =
  process.env.SILLAGE_COLLECTOR ?? resolve(root, process.env.CARGO_TARGET_DIR ?? "target", "debug/sillage-collector");

/** How long a row may take from the page to the store, in milliseconds; they take a few. */
const ROW_TIMEOUT_MS = 8_000;

/** Site of the events that only mark a place in the order of storing. */
const FENCE = "fence";

export interface Collector {
  /** Address of the program itself. */
  readonly origin: string;
  /** What browsers speak to. */
  readonly gate: Gate;
  /** What is stored for a site, by the time of its making, then by the order of storing. */
  rows(site: string): StoredEvent[];
  /** Waits until `site` has so many rows; says whether they came in time. */
  hasRows(site: string, count: number, timeoutMs?: number): Promise<boolean>;
  /** Waits until `isThere`, which is asked again after each row; says whether it came in time. */
  until(isThere: () => boolean, timeoutMs: number): Promise<boolean>;
  /** Waits until everything that the collector had taken before the call is in {@link rows}. */
  caughtUp(): Promise<void>;
  /** Ends the program as Ctrl-C does, or as a power cut does. */
  stop(signal?: "SIGINT" | "SIGKILL"): Promise<void>;
  /** Starts it again, on the same address with the same store. */
  start(): Promise<void>;
  /** Ends everything and deletes the store. */
  remove(): Promise<void>;
}

/** Starts a collector on a free port with an empty store, the built tracker, the demo shop and `flags` besides. */
export async function startCollector(flags: string[] = []): Promise<Collector> {
  const data = mkdtempSync(join(tmpdir(), "sillage-e2e-"));
  const stored = new Map<number, StoredEvent>();
  const listeners = new Set<() => void>();
  let listen = "127.0.0.1:0";
  let origin = "";
  let child: ChildProcess | undefined;
  let reading: AbortController | undefined;

  const take = (row: StoredEvent) => {
    stored.set(row.sequence, row);
    for (const listener of listeners) listener();
  };

  async function start() {
    child = spawn(
      program,
      [
        ...["--listen", listen, "--data", data, "--demo", join(root, "www/shop")],
        ...["--assets", join(dist, "web")],
        ...flags,
      ],
      { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, SILLAGE_LOG: "warn" } },
    );
    origin = await listeningOn(child);
    listen = new URL(origin).host;
    reading = new AbortController();
    const connected = readStream(origin, take, reading.signal);
    await connected;
  }

  async function stop(signal: "SIGINT" | "SIGKILL" = "SIGINT") {
    reading?.abort();
    const ending = child;
    child = undefined;
    if (!ending || ending.exitCode !== null) return;
    await new Promise((ended) => {
      ending.once("exit", ended);
      ending.kill(signal);
    });
  }

  const until = (isThere: () => boolean, timeoutMs: number) =>
    new Promise<boolean>((done) => {
      const end = (came: boolean) => {
        clearTimeout(timer);
        listeners.delete(check);
        done(came);
      };
      const check = () => isThere() && end(true);
      const timer = setTimeout(() => end(false), timeoutMs);
      listeners.add(check);
      check();
    });

  const rows = (site: string) =>
    [...stored.values()]
      .filter((row) => row.siteId === site)
      .sort((a, b) => a.event.createdDate.localeCompare(b.event.createdDate) || a.sequence - b.sequence);

  await start();
  const gate = await openGate(() => origin);
  return {
    get origin() {
      return origin;
    },
    gate,
    rows,
    until,
    hasRows: (site, count, timeoutMs = ROW_TIMEOUT_MS) => until(() => rows(site).length >= count, timeoutMs),
    async caughtUp() {
      const id = await postFence(origin);
      const isThere = () => rows(FENCE).some((row) => row.event.id === id);
      if (!(await until(isThere, ROW_TIMEOUT_MS))) throw new Error("the collector's event stream stands still");
    },
    stop,
    start,
    async remove() {
      gate.close();
      await stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** The address in the line that says that the program is ready. */
export function listeningOn(child: ChildProcess): Promise<string> {
  return new Promise((ready, failed) => {
    let said = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    child.once("error", failed);
    child.once("exit", (code) => failed(new Error(`the collector ended with ${code}: ${said}`)));
    if (!child.stdout) throw new Error("the collector has no output");
    createInterface(child.stdout).on("line", (line) => {
      const origin = /^listening on (\S+)$/.exec(line)?.[1];
      if (origin) ready(origin);
    });
  });
}

/** Gives every row, stored and coming, to `take`; resolves once the stream is open. */
async function readStream(origin: string, take: (row: StoredEvent) => void, signal: AbortSignal) {
  const answer = await fetch(`${origin}/v1/live?lastEventId=0`, { signal });
  if (!answer.ok || !answer.body) throw new Error(`the event stream answers ${answer.status}`);
  const chunks = answer.body.pipeThrough(new TextDecoderStream());
  const read = async () => {
    let text = "";
    for await (const chunk of chunks) {
      const messages = `${text}${chunk}`.split("\n\n");
      text = messages.pop() ?? "";
      for (const message of messages) {
        const data = message.split("\n").find((line) => line.startsWith("data:"));
        if (data) take(JSON.parse(data.slice("data:".length)));
      }
    }
  };
  read().catch((error) => {
    // It ends with the program, and the connection with it.
    if (error instanceof SyntaxError) throw error;
  });
}

async function postFence(origin: string): Promise<string> {
  const id = randomUUID();
  const now = new Date().toISOString();
  const event = {
    id,
    correlationId: id,
    createdDate: now,
    session: { id, type: "web" },
    eventType: "com.genesys.journey.WebEvent",
    webEvent: { eventName: "fence_reached", page: { url: "https://fence.invalid/" } },
  };
  const answer = await fetch(`${origin}/v1/batches`, {
    method: "POST",
    body: JSON.stringify({ id: randomUUID(), siteId: FENCE, sentAt: now, defaults: {}, events: [event] }),
  });
  const { rejected } = (await answer.json()) as { rejected: unknown[] };
  if (answer.status !== 200 || rejected.length > 0)
    throw new Error(`the fence was refused: ${JSON.stringify(rejected)}`);
  return id;
}
