/**
 * What the module asks of the browser, as few coarse functions: each import of the DOM costs the
 * module more than the same call costs here. They carry out and decide nothing.
 */
/** How a request may behave; `Urgency` of `crates/core/src/shell.rs` by its number. */
const LEAVING = 2;
const HIDDEN = 1;

/** Longest wait for an answer, in milliseconds: a page's own `fetch` may never settle. */
const ANSWER_TIMEOUT_MS = 30_000;

/** Bodies below this, in characters, go as they are: there is little to gain. */
const MIN_GZIP_BYTES = 512;

/** Hears what came of a request: id in the answer, HTTP status or 0, number of rejected events, `Retry-After` in ms. */
export type Finished = (
  batch: string,
  answered: string,
  status: number,
  rejected: number,
  retryAfterMs: number,
) => void;

/** What `src/browser/host.rs` imports. */
export interface Host {
  random(): number;
  read(): string;
  remember(record: string): void;
  adopt(): string;
  spill(batches: string): void;
  send(batch: string, body: string, urgency: number): void;
}

// Taken while the page loads: what the page makes of it later may do anything.
const { fetch } = window;

/** The record of visitor, session and consent: in localStorage, where that is blocked in a cookie, else in a variable. */
function recordOf(key: string) {
  const cookie = encodeURIComponent(key);
  let memory = "";
  return {
    read(): string {
      try {
        const stored = localStorage.getItem(key);
        if (stored) return stored;
      } catch {
        // Blocked, as in a sandboxed or a third-party frame.
      }
      try {
        const found = document.cookie.split("; ").find((it) => it.startsWith(`${cookie}=`));
        if (found) return decodeURIComponent(found.slice(cookie.length + 1));
      } catch {
        // Blocked too: what is known lasts as long as the page.
      }
      return memory;
    },
    remember(record: string) {
      memory = record;
      try {
        // Removed first: a full store must not keep an older record, with a consent withdrawn since.
        localStorage.removeItem(key);
        localStorage.setItem(key, record);
        return;
      } catch {
        // Blocked or full.
      }
      try {
        // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is asynchronous
        document.cookie = `${cookie}=${encodeURIComponent(record)};path=/;max-age=31536000;samesite=lax${location.protocol === "https:" ? ";secure" : ""}`;
      } catch {
        // Blocked too.
      }
    },
  };
}

/** Batches that a page leaves for the next one, a key a page load. */
function spillsOf(prefix: string, load: string) {
  const own = prefix + load;
  let adopted: [key: string, text: string][] = [];
  return {
    adopt() {
      try {
        adopted = Object.entries(localStorage).filter(([key]) => key.startsWith(prefix) && key !== own);
      } catch {
        // Blocked: nobody can have left anything.
      }
      return adopted.map(([, text]) => text).join("");
    },
    spill(batches: string) {
      try {
        if (batches) localStorage.setItem(own, batches);
        else localStorage.removeItem(own);
        for (const [key, text] of adopted.splice(0)) {
          // The page that wrote it may have written more since.
          if (localStorage.getItem(key) === text) localStorage.removeItem(key);
        }
      } catch {
        // Blocked or full: what waits stays in memory.
      }
    },
  };
}

async function gzip(body: string): Promise<BodyInit> {
  if (body.length < MIN_GZIP_BYTES || !("CompressionStream" in window)) return body;
  const stream = new Blob([body]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Response(stream, { headers: { "content-type": "text/plain" } }).blob();
}

/** `Retry-After` is a number of seconds or a date (RFC 9110, section 10.2.3). */
function retryAfterMs(text: string | null): number {
  if (!text) return 0;
  const ms = Number.isNaN(Number(text)) ? Date.parse(text) - Date.now() : Number(text) * 1000;
  return ms > 0 ? ms : 0;
}

/** The browser as the module sees it. */
export function openHost(site: string, endpoint: string, finished: Finished): Host {
  const url = new URL("v1/batches", endpoint.replace(/\/*$/, "/")).href;
  const prefix = `sillage:${site}`;
  // Tells the page loads of one browser apart: nothing that anybody could gain by guessing.
  const load = String(Math.random());

  const stamp = (body: string) => `{"sentAt":"${new Date().toISOString()}",${body}`;

  async function send(batch: string, body: string, urgency: number) {
    let status = 0;
    let answered = "";
    let rejected = 0;
    let retryMs = 0;
    try {
      const stamped = stamp(body);
      const payload = urgency ? stamped : await gzip(stamped);
      const answer = await Promise.race([
        fetch(url, { method: "POST", body: payload, keepalive: urgency === HIDDEN, credentials: "omit" }),
        new Promise<undefined>((resolve) => setTimeout(resolve, ANSWER_TIMEOUT_MS)),
      ]);
      if (answer) {
        status = answer.status;
        retryMs = retryAfterMs(answer.headers.get("retry-after"));
        const json = await answer.json();
        answered = String(json.id);
        rejected = json.rejected?.length;
      }
    } catch {
      // No answer, or none that can be read: the batch is not confirmed.
    }
    finished(batch, answered, status, rejected, Math.round(retryMs));
  }

  return {
    random: () => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0,
    ...recordOf(prefix),
    ...spillsOf(`${prefix}:`, load),
    send(batch, body, urgency) {
      if (urgency !== LEAVING) return void send(batch, body, urgency);
      // The beacon's answer cannot be read; what was sent is kept for the next page all the same.
      let taken = false;
      try {
        taken = navigator.sendBeacon(url, stamp(body));
      } catch {
        // Missing, or the page's own.
      }
      if (!taken) void send(batch, body, HIDDEN);
    },
  };
}
