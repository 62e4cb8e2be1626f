/** What the tracker asks of the browser, in texts: storage at hand, requests, the outbox. Carries out and decides nothing. */
import { attempt } from "./attempt";
import type { Fact } from "./fact";
import type { Outbox } from "./outbox";
import type { Receipt } from "./page";

/** Longest wait for an answer, in milliseconds, `LEASE_MS` of `crates/core/src/retry.rs`: a page's own `fetch` may never settle. */
const ANSWER_TIMEOUT_MS = 10_000;

/** Largest body that may outlive its page, in bytes: beacons and such requests share 64 KiB (https://fetch.spec.whatwg.org/#http-network-or-cache-fetch). */
const MAX_KEPT_ALIVE_BYTES = 60_000;

/**
 * Bodies up to this, in characters, go as they are: that of a lone pageview, for which a page should not have to set up
 * what compresses.
 */
const MAX_PLAIN_CHARS = 2_048;

/** How long after a request has failed the page may be left because of what made it fail, in milliseconds. */
const LINK_FOLLOWED_MS = 1_000;

/**
 * Hears what came of a request: HTTP status or 0, how many events were rejected, less than 0 where the answer was not to this
 * batch; `Retry-After` in milliseconds, and receipts of other batches.
 */
export type Finished = (
  batch: string,
  status: number,
  rejected: number,
  retryMs: number,
  receipts: Record<string, Receipt>,
) => void;

/** The browser, as parts that are loaded later may change it. */
export interface Host extends Pick<Outbox, "put" | "forget" | "clear" | "keep" | "turn"> {
  /** What the module hears. */
  _fact?: Fact;
  read(): string;
  remember(record: string): void;
  send(batch: string, body: string, isLeaving: boolean): void;
  left(): void;
  /** Sends what leaves with the page: for a listener that is called after the one that tells the module, which captures. */
  _go(): void;
  /** Hears which events were dropped, and why: see `js/extras.ts`. */
  dropped(reason: string, events: number): void;
  _finished: Finished;
}

// Taken while the page loads: what the page makes of it later may do anything.
const { fetch } = window;

/**
 * The record of visitor, session and consent: in localStorage, where that is blocked, as in a sandboxed
 * or a third-party frame, in a cookie, else in a variable.
 */
function recordOf(key: string) {
  const cookie = `${encodeURIComponent(key)}=`;
  let memory = "";
  return {
    read: (): string =>
      attempt(() => localStorage.getItem(key)) ||
      attempt(() => {
        const found = document.cookie.split("; ").find((it) => it.startsWith(cookie)) ?? "";
        return decodeURIComponent(found.slice(cookie.length));
      }) ||
      memory,
    remember(record: string) {
      memory = record;
      const isStored = attempt(() => {
        // Removed first: a full store must not keep an older record, with a consent withdrawn since.
        localStorage.removeItem(key);
        localStorage.setItem(key, record);
        return true;
      });
      if (!isStored)
        attempt(() => {
          // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is asynchronous
          document.cookie = `${cookie}${encodeURIComponent(record)};path=/;max-age=31536000;samesite=lax${location.protocol === "https:" ? ";secure" : ""}`;
        });
    },
  };
}

/**
 * Smaller, where that pays and works. Through streams of our own: what a page begins while it is left ends before its next
 * listener is called, since it waits for promises alone; a `Response` or a `Blob` that is read has to wait for the browser.
 */
async function gzip(body: string) {
  try {
    if (body.length > MAX_PLAIN_CHARS) {
      const text = new ReadableStream({
        start(it) {
          it.enqueue(new TextEncoder().encode(body));
          it.close();
        },
      });
      const reader = text.pipeThrough(new CompressionStream("gzip") as TransformStream<BufferSource>).getReader();
      const bytes: number[] = [];
      for (let read = await reader.read(); !read.done; read = await reader.read()) bytes.push(...read.value);
      return new Uint8Array(bytes);
    }
  } catch {
    // Then as it is.
  }
  return body;
}

/** Sends a body as what needs no preflight. */
const post = (url: string, body: BodyInit, keepalive: boolean) =>
  fetch(url, { method: "POST", body, keepalive, credentials: "omit", headers: { "content-type": "text/plain" } });

const after = (ms: number) => new Promise<undefined>((passed) => setTimeout(passed, ms));

/** `Retry-After` is a number of seconds or a date (RFC 9110, section 10.2.3); what is neither, or past, counts as 0. */
const retryAfterMs = (text: string | null) => Math.round(Number(text) * 1000 || Date.parse(String(text)) - Date.now());

/** The browser, for the tracker of that key. */
export function openHost(key: string, url: string, outbox: Outbox, _finished: Finished): Host {
  const stamp = (body: string) => `{"sentAt":"${new Date().toISOString()}",${body}`;

  /** The body of a batch that is still to leave. */
  let unsent = "";

  async function send(batch: string, body: string) {
    // That the batch was begun is written down before anything leaves.
    unsent = body;
    await outbox._written();
    let status = 0;
    let retryMs = 0;
    let refused = -1;
    let told: Record<string, Receipt> = {};
    try {
      const payload = await gzip(stamp(body));
      // It has left with the page, which has come back.
      if (unsent !== body) throw body;
      unsent = "";
      const answer = await Promise.race([
        // When a link is followed WebKit gives requests up, for the page only, long before it says that
        // the page is left: a beacon would bring the same once more.
        post(url, payload, payload.length < MAX_KEPT_ALIVE_BYTES).catch(() => after(LINK_FOLLOWED_MS)),
        after(ANSWER_TIMEOUT_MS),
      ]);
      if (answer) {
        status = answer.status;
        retryMs = retryAfterMs(answer.headers.get("retry-after"));
        const { id, rejected, receipts } = await answer.json();
        // What another batch's answer says of any batch does not count.
        if (id === batch) {
          refused = rejected?.length ?? 0;
          // Others than ours may say nothing by `null`.
          told = receipts ?? {};
        }
      }
    } catch {
      // No answer, or none that can be read: the batch is not confirmed.
    }
    host._finished(batch, status, refused, retryMs, told);
  }

  /** What leaves with the page. */
  let leaving: { body: BodyInit }[] = [];
  const _go = () => {
    for (const { body } of leaving) {
      // Missing, full, or the page's own.
      if (!attempt(() => navigator.sendBeacon(url, new Blob([body as BlobPart], { type: "text/plain" }))))
        attempt(() => post(url, body, true).catch(() => {}));
    }
    leaving = [];
  };

  /** The page goes: nobody will read the answer, and the next page asks for it. */
  const leave = (text: string) => {
    const it = { body: stamp(text) as BodyInit };
    leaving.push(it);
    gzip(stamp(text)).then((body) => {
      it.body = body;
    });
    if (window.event?.type !== "pagehide") _go();
  };

  const host: Host = {
    ...recordOf(key),
    ...outbox,
    _finished,
    send: (batch, body, isLeaving) => (isLeaving ? leave(body) : void send(batch, body)),
    /** Sends what was about to leave. */
    left() {
      if (unsent) leave(unsent);
      unsent = "";
    },
    _go,
    dropped() {},
  };
  return host;
}
