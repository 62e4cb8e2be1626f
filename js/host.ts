/**
 * What the module asks of the browser, as few coarse functions: each import of the DOM costs the
 * module more than the same call costs here. They carry out and decide nothing.
 */
import { pageFacts } from "./facts";

/** How a request may behave; `protocol`'s `Urgency` by its number. */
const LEAVING = 2;
const HIDDEN = 1;

/** Longest wait for an answer, in milliseconds: a page's own `fetch` may never settle. */
const ANSWER_TIMEOUT_MS = 30_000;

/** Bodies below this, in bytes, do not get smaller by gzip. */
const MIN_GZIP_BYTES = 512;

/** Hears what came of a request: HTTP status or 0, id in the answer, number of rejected events, `Retry-After` in ms. */
export type Finished = (batch: string, status: number, answered: string, rejected: number, retryAfterMs: number) => void;

/** What `src/browser/host.rs` imports. */
export interface Host {
  page(): string;
  random(): number;
  read(): string | undefined;
  remember(record: string): void;
  adopt(): string;
  spill(text: string): void;
  forget(): void;
  send(batch: string, body: string, urgency: number): void;
}

// Taken while the page loads: what the page makes of it later may do anything.
const { fetch } = window;

/** A cookie where localStorage is blocked, a variable where cookies are too. */
function storageOf(key: string) {
  const cookie = encodeURIComponent(key);
  let memory: string | undefined;
  return {
    read(): string | undefined {
      try {
        return localStorage.getItem(key) ?? undefined;
      } catch {
        try {
          const found = document.cookie.split("; ").find((it) => it.startsWith(`${cookie}=`));
          return found ? decodeURIComponent(found.slice(cookie.length + 1)) : memory;
        } catch {
          return memory;
        }
      }
    },
    write(text: string) {
      memory = text;
      try {
        localStorage.setItem(key, text);
      } catch {
        try {
          document.cookie = `${cookie}=${encodeURIComponent(text)};path=/;max-age=31536000;samesite=lax${location.protocol === "https:" ? ";secure" : ""}`;
        } catch {
          // A sandboxed frame has neither: what is known lasts as long as the page.
        }
      }
    },
  };
}

/** Batches that a page leaves for the next one, a key a page load. */
function spillsOf(prefix: string, load: string) {
  const own = prefix + load;
  let adopted: [key: string, text: string][] = [];
  const attempt = (task: () => void) => {
    try {
      task();
    } catch {
      // Blocked or full: what waits stays in memory.
    }
  };
  const forgetAdopted = () => {
    for (const [key, text] of adopted.splice(0)) {
      // The page that wrote it may have written more since.
      if (localStorage.getItem(key) === text) localStorage.removeItem(key);
    }
  };
  return {
    adopt() {
      attempt(() => {
        adopted = Object.entries(localStorage).filter(([key]) => key.startsWith(prefix) && key !== own);
      });
      return adopted.map(([, text]) => text).join("");
    },
    spill: (text: string) =>
      attempt(() => {
        localStorage.setItem(own, text);
        forgetAdopted();
      }),
    forget: () =>
      attempt(() => {
        localStorage.removeItem(own);
        forgetAdopted();
      }),
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
  const { read, write } = storageOf(prefix);
  const load = crypto.getRandomValues(new Uint32Array(2)).join("");

  async function send(batch: string, body: string, urgency: number) {
    let status = 0;
    let answered = "";
    let rejected = 0;
    let retryMs = 0;
    try {
      const payload = urgency ? body : await gzip(body);
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
    finished(batch, status, answered, rejected, retryMs);
  }

  return {
    page: pageFacts,
    random: () => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0,
    read,
    remember: write,
    ...spillsOf(`${prefix}:`, load),
    send(batch, body, urgency) {
      if (urgency !== LEAVING) return void send(batch, body, urgency);
      // The beacon's answer cannot be read; what was sent is kept for the next page all the same.
      if (!navigator.sendBeacon?.(url, body)) void send(batch, body, HIDDEN);
    },
  };
}
