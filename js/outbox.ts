/**
 * The outbox: lines that all pages of a site in one browser share, in IndexedDB. What is not durable
 * yet when the page goes is left in localStorage, for the next page to adopt. Decides nothing: the
 * module says what is put and forgotten.
 *
 * A line's key is its text up to the first U+001F. Events that are written down together are one line: each behind a
 * U+001E, under the key of the first.
 */
import { attempt } from "./attempt";

/** The object store. The database stays at version 1 for ever: what a line means is the line's to say. */
const STORE = "lines";

/** How long opening and a transaction may take, in milliseconds: some browsers never answer. */
const STORE_TIMEOUT_MS = 1_000;

/** Longest line to which an event is added, with it, in UTF-16 units. */
const MAX_SHARED_CHARS = 8_192;

/** How long a database that could not be opened is left alone, in milliseconds. */
const REOPEN_AFTER_MS = 10_000;

const keyOf = (line: string) => line.split("\x1f", 1)[0] as string;

/** What pages have left in localStorage, under keys that begin like that. */
export const storedUnder = (prefix: string) =>
  Object.entries<string>(localStorage).filter(([key]) => key.startsWith(prefix));

/**
 * The outbox of that name. What pages left under `earlyKey`, before they had an outbox, is cleared with
 * it. `took` hears at a turn how to get its lines, within the transaction that read them.
 */
export function outboxOf(name: string, earlyKey: string, took: (lines: () => string[]) => void) {
  const spills = `${name}:`;
  // Tells the page loads of one browser apart: nothing that anybody could gain by guessing.
  const ownSpill = spills + Math.random();
  /**
   * Of what is begun while the page is left WebKit carries out the deletions and loses the puts: then a
   * key is put in the place of its line, for a turn to delete, so that all of it is lost or nothing.
   */
  let isLeft = false;
  let mayKeep = false;
  /** Lines of this page that are in the outbox, as far as it knows. */
  const own = new Map<string, string>();
  /** What is not durable yet: a line, or nothing where it is to be deleted. */
  const dirty = new Map<string, string | undefined>();
  let database: IDBDatabase | undefined;
  let reopensAt = 0;
  let hasConnected = false;
  let isWriteComing = false;
  /** Spills whose lines are among the dirty ones, as they were read. */
  let adopted: [key: string, text: string][] = [];
  let hasSpilled = false;
  let wipes = false;
  /** Whether there is something dirty, or something to wipe, that no transaction has taken up. */
  let hasNews = false;
  /**
   * The line to which the next event is added; none where what there was has left this memory, whole: two pages may have
   * a line, and whoever writes it down last must write the same.
   */
  let open = "";
  /** Events since the last turn. */
  let fresh = 0;
  /** Fulfils when what was begun has ended, one transaction after the other. */
  let last: Promise<unknown> = Promise.resolve();

  const connect = () =>
    new Promise<void>((opened) => {
      setTimeout(opened, STORE_TIMEOUT_MS);
      reopensAt = performance.now() + REOPEN_AFTER_MS;
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      request.onerror = () => opened();
      request.onsuccess = () => {
        const connection = request.result;
        const lose = () => {
          connection.close();
          if (database === connection) database = undefined;
        };
        // Somebody deletes it: nothing of ours may stand in the way.
        connection.onversionchange = lose;
        connection.onclose = lose;
        database = connection;
        hasConnected = true;
        reopensAt = 0;
        opened();
      };
    }).catch(() => {});

  /**
   * One transaction: reads the lines where somebody wants to have `heard` them, then writes what is dirty. Tells whether
   * that is durable.
   */
  const transact = (heard?: (lines: string[]) => void) =>
    new Promise<boolean>((done) => {
      const transaction = (database as IDBDatabase).transaction(STORE, "readwrite");
      const store = transaction.objectStore(STORE);
      let written: [string, string | undefined][] = [];
      const finish = (isDurable: boolean) => {
        clearTimeout(timer);
        done(isDurable);
      };
      const write = () => {
        if (mayKeep) {
          if (wipes) store.clear();
          wipes = false;
          // Nobody hears whether what is written then is durable.
          hasNews = isLeft;
          open = "";
          written = [...dirty];
          for (const [key, line] of written) {
            if (line !== undefined || isLeft) store.put(line ?? key, key);
            else store.delete(key);
          }
        }
        // WebKit lets a transaction that a navigation left open block the next page's.
        transaction.commit?.();
      };
      const timer = setTimeout(() => {
        attempt(() => transaction.abort());
        finish(false);
      }, STORE_TIMEOUT_MS);
      transaction.onabort = () => finish(false);
      transaction.oncomplete = () => {
        // What has changed since is still dirty.
        for (const [key, line] of written) dirty.get(key) === line && dirty.delete(key);
        finish(true);
      };
      if (heard) {
        const request = store.getAll();
        request.onsuccess = () =>
          attempt(() => {
            heard(request.result);
            // It may have been aborted by now: that is told by its own event.
            write();
          });
      } else write();
    }).catch(() => false);

  /** Leaves to the next page what is not durable. Synchronous: this page may be gone in a moment. */
  const spill = () =>
    attempt(() => {
      if (mayKeep) {
        hasSpilled = false;
        open = "";
        if (dirty.size) localStorage.setItem(ownSpill, JSON.stringify([...dirty]));
        else localStorage.removeItem(ownSpill);
        hasSpilled = dirty.size > 0;
        for (const [key, text] of adopted.splice(0)) {
          // The page that wrote it may have written more since.
          if (key !== ownSpill && localStorage.getItem(key) === text) localStorage.removeItem(key);
        }
      }
    });

  /**
   * After what was begun before: connects where that is needed, and transacts. What is put while the lines are `heard` is
   * written in the same transaction.
   */
  const next = (heard?: (lines?: string[]) => void) => {
    last = last.then(async () => {
      if (mayKeep && !database && performance.now() >= reopensAt) await connect();
      isWriteComing = false;
      let unheard = heard;
      const hear = (lines?: string[]) => {
        unheard = undefined;
        isWriteComing = true;
        // If this fails, the module has: half of what it wanted to say is not written, now or later.
        heard?.(lines);
        isWriteComing = false;
      };
      // A transaction before may have taken up what this one is for.
      let isDurable = database && (!(heard || hasNews) || (await transact(heard && hear)));
      if (isDurable && unheard) {
        // It has ended and has read nothing: what is written there is never seen again.
        isDurable = false;
        reopensAt = Number.POSITIVE_INFINITY;
      }
      if (!isDurable) {
        database?.close();
        database = undefined;
        // What was written may never be read again.
        for (const it of own) dirty.set(...it);
        hasNews = true;
        if (unheard) attempt(hear);
      }
      // Now or never: later it would take out what was put since.
      if (!isWriteComing) wipes = false;
      if (!isDurable || adopted.length || hasSpilled) spill();
      if (isDurable) writeSoon();
      return isDurable;
    });
    return last;
  };

  /** Once for all that one task puts and forgets. */
  const writeSoon = () => {
    if (mayKeep && hasNews && !isWriteComing) {
      isWriteComing = true;
      next();
    }
  };

  const change = (key: string, line?: string) => {
    hasNews = true;
    if (line === undefined) {
      own.delete(key);
      open = "";
    } else own.set(key, line);
    // Without a database there is nothing to delete from.
    if (line === undefined && !hasConnected) dirty.delete(key);
    else dirty.set(key, line);
  };

  const adopt = () =>
    attempt(() => {
      adopted = storedUnder(spills);
      for (const [, text] of adopted) {
        attempt(() => {
          for (const [key, line] of JSON.parse(text)) {
            change(key, line ?? undefined);
            dirty.set(key, line ?? undefined);
          }
        });
      }
    });

  const sorted = (lines: Map<string, string>) => [...lines.values()].sort();

  /** A turn, in the transaction that has read what is `stored`. */
  const take = (stored?: string[]) =>
    took(() => {
      fresh = 0;
      let lines = own;
      if (stored) {
        lines = new Map(stored.map((line) => [keyOf(line), line]));
        for (const [key, line] of lines) line === key && !dirty.has(key) && change(key);
        for (const [key, line] of dirty) line === undefined ? lines.delete(key) : lines.set(key, line);
        // What others have taken is not this page's any more.
        for (const key of own.keys()) lines.has(key) || own.delete(key);
      }
      return sorted(lines);
    });

  const self = {
    /** Most events of one line. */
    _most: 1,
    put(line: string) {
      if (line[0] === "e" && !line.includes("\x1e")) {
        // So that as many whole lines as events fit into a batch.
        if (fresh++ % (self._most || 1) === 0 || open.length + line.length > MAX_SHARED_CHARS) open = "";
        open ||= `${keyOf(line)}\x1f`;
        line = open += `\x1e${line}`;
      }
      change(keyOf(line), line);
      return true;
    },
    forget: (key: string) => change(key),
    /** Adds no further event to the last line. */
    _close() {
      open = "";
    },
    /** Whether lines may be written down. */
    keep(may: boolean) {
      mayKeep = may;
      if (may) adopt();
      // The copy of the record names the visitor, and nothing can be written in its place any more.
      else attempt(() => database?.transaction(STORE, "readwrite").objectStore(STORE).delete("a"));
    },
    /** Takes everything out, and what pages left behind. */
    clear() {
      own.clear();
      dirty.clear();
      open = "";
      attempt(() => {
        for (const [key] of [...storedUnder(spills), ...storedUnder(earlyKey)]) localStorage.removeItem(key);
      });
      if (database || mayKeep) wipes = hasNews = true;
      else attempt(() => indexedDB.deleteDatabase(name));
    },
    turn() {
      next(take);
    },
    /**
     * Has what was put and forgotten written down. Not before all of it is: a browser that closes a tab may
     * cut off the script, and half of what follows from a fact would be events without their batch.
     */
    _write: writeSoon,
    /** Fulfils once what was put and forgotten is durable, or cannot be. */
    _written: () => last,
    /** The lines of this page that nobody is known to have taken. */
    _own: () => sorted(own),
    /** Leaves to the next page what is not durable: in both stores, since either may fail. */
    _leave() {
      isLeft = true;
      spill();
      if (database) transact();
    },
    /** The page is there; where it came back, whatever it had left may be in other hands. */
    _shown() {
      const isNew = !isLeft;
      isLeft = false;
      if (isNew || !mayKeep || (dirty.size && !hasSpilled)) return;
      own.clear();
      dirty.clear();
      open = "";
      hasSpilled = false;
      adopt();
    },
    /** Opens the database. */
    _connect() {
      last = connect();
    },
    /**
     * The line that sorts first is `heard` within a transaction, in which the first turn comes too. Two pages that do it at
     * once hear one after the other.
     */
    open: (heard: (line?: string) => void): Promise<unknown> =>
      next((stored) => {
        heard(stored?.[0]);
        take(stored);
      }),
  };
  return self;
}

/** What {@link outboxOf} makes. */
export type Outbox = ReturnType<typeof outboxOf>;
