/**
 * Storage that is missing, blocked or half broken is a normal state: the page notices nothing, and each
 * event is stored once. What is broken is broken by a script that runs ahead of the page's.
 */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { ENGINE } from "../support/browser.ts";
import { setStage, test } from "../support/stage.ts";
import { visitTwoPages } from "./two-pages.ts";

/** Ways in which IndexedDB is known to fail. */
const brokenDatabases: [what: string, breakIt: () => void][] = [
  [
    "IndexedDB is missing",
    () => {
      Object.defineProperty(window, "indexedDB", { value: undefined });
    },
  ],
  [
    "IndexedDB may not be touched",
    () => {
      Object.defineProperty(window, "indexedDB", {
        get() {
          throw new DOMException("blocked", "SecurityError");
        },
      });
    },
  ],
  [
    "indexedDB.open throws",
    () => {
      IDBFactory.prototype.open = () => {
        throw new DOMException("blocked", "SecurityError");
      };
    },
  ],
  [
    "indexedDB.open fails",
    () => {
      const { open } = IDBFactory.prototype;
      IDBFactory.prototype.open = function (name) {
        // The one that is opened first raises the version above that of the second.
        open.call(this, name, 9);
        return open.call(this, name, 8);
      };
    },
  ],
  [
    "indexedDB.open hangs",
    () => {
      const { open } = IDBFactory.prototype;
      IDBFactory.prototype.open = function (...args) {
        const request = open.apply(this, args);
        for (const type of ["success", "error", "blocked", "upgradeneeded"]) {
          request.addEventListener(type, (event) => event.stopImmediatePropagation());
        }
        return request;
      };
    },
  ],
  [
    "transactions cannot be begun",
    () => {
      IDBDatabase.prototype.transaction = () => {
        throw new DOMException("The database connection is closing.", "InvalidStateError");
      };
    },
  ],
  [
    "transactions abort at their first write",
    () => {
      const { put } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.put = function (...args) {
        const request = put.apply(this, args);
        this.transaction.abort();
        return request;
      };
    },
  ],
  [
    "transactions abort at their end",
    () => {
      IDBTransaction.prototype.commit = function () {
        this.abort();
      };
    },
  ],
  [
    "transactions never say that they have ended",
    () => {
      const { transaction } = IDBDatabase.prototype;
      IDBDatabase.prototype.transaction = function (...args) {
        const begun = transaction.apply(this, args);
        for (const type of ["complete", "abort", "error"]) {
          begun.addEventListener(type, (event) => event.stopImmediatePropagation());
        }
        return begun;
      };
    },
  ],
  [
    "requests of transactions are never answered",
    () => {
      for (const name of ["put", "get", "getAll", "delete", "openCursor"] as const) {
        const original = IDBObjectStore.prototype[name] as (...args: unknown[]) => IDBRequest;
        (IDBObjectStore.prototype as unknown as Record<string, unknown>)[name] = function (...args: unknown[]) {
          const request = original.apply(this, args);
          for (const type of ["success", "error"]) {
            request.addEventListener(type, (event) => event.stopImmediatePropagation());
          }
          return request;
        };
      }
    },
  ],
  [
    "the database has no room",
    () => {
      const { put } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.put = function (...args) {
        const request = put.apply(this, args);
        const { transaction } = this;
        request.addEventListener("success", () => {
          Object.defineProperty(transaction, "error", { value: new DOMException("full", "QuotaExceededError") });
          transaction.abort();
        });
        // A transaction that commits early could not be aborted any more.
        transaction.commit = () => undefined;
        return request;
      };
    },
  ],
  [
    "the database is closed by the browser again and again",
    () => {
      const { transaction } = IDBDatabase.prototype;
      IDBDatabase.prototype.transaction = function (...args) {
        const begun = transaction.apply(this, args);
        setTimeout(() => {
          this.close();
          this.dispatchEvent(new Event("close"));
        });
        return begun;
      };
    },
  ],
];

/** Ways in which localStorage is known to fail. */
const brokenStores: [what: string, breakIt: () => void][] = [
  [
    "localStorage may not be touched",
    () => {
      Object.defineProperty(window, "localStorage", {
        get() {
          throw new DOMException("blocked", "SecurityError");
        },
      });
    },
  ],
  [
    "localStorage is not there",
    () => {
      Object.defineProperty(window, "localStorage", { value: null });
    },
  ],
  [
    "localStorage is full",
    () => {
      Storage.prototype.setItem = () => {
        throw new DOMException("full", "QuotaExceededError");
      };
    },
  ],
];

/** Tests that run at once: the browser has a lot of waiting to do. */
const CONCURRENT_TESTS = 3;

/**
 * Whether nothing keeps what is written in the task that follows a link, or while the page is left: WebKit
 * loses what goes to IndexedDB then, and localStorage is broken.
 */
const isNothingKept = (what: string) => ENGINE === "webkit" && brokenStores.some(([store]) => store === what);

const isAll = process.env.SILLAGE_TESTS === "all";

describe("broken storage", { concurrency: CONCURRENT_TESTS }, () => {
  const stage = setStage({ isShared: true });

  for (const [what, breakIt] of [...brokenDatabases, ...brokenStores]) {
    test(`${what}, and the collector is down when the page is left`, async () => {
      const visitor = await stage.newVisitor(breakIt);
      const isWrittenFirst = isNothingKept(what);
      await visitTwoPages(stage, await visitor.context.newPage(), {
        isCollectorDown: true,
        isKnownAgain: true,
        isWrittenFirst,
      });
      assert.deepEqual(visitor.exceptions, []);
    });
  }

  /** Some of each kind, where there is no time for all. */
  const chosen = (broken: [what: string, breakIt: () => void][], ...names: string[]) =>
    broken.filter(([what]) => isAll || names.includes(what));

  for (const [what, breakIt] of [
    ...chosen(brokenDatabases, "IndexedDB is missing", "indexedDB.open hangs", "transactions abort at their end"),
    ...chosen(brokenStores, "localStorage may not be touched"),
  ]) {
    test(`${what}, and the page is left`, async () => {
      const visitor = await stage.newVisitor(breakIt);
      // What WebKit does not write either is that the beacon has left: the next page sends the same.
      const mayRepeat = isNothingKept(what);
      const page = await visitor.context.newPage();
      await visitTwoPages(stage, page, { isCollectorDown: false, isKnownAgain: true, mayRepeat });
      assert.deepEqual(visitor.exceptions, []);
    });
  }

  for (const [what, breakDatabase] of chosen(
    brokenDatabases,
    "IndexedDB is missing",
    "indexedDB.open hangs",
    "the database has no room",
  )) {
    for (const [store, breakStore] of chosen(
      brokenStores,
      what === "the database has no room" ? "localStorage is full" : "localStorage may not be touched",
    )) {
      test(`${store}, and ${what}`, async () => {
        const visitor = await stage.newVisitor(breakDatabase);
        await visitor.context.addInitScript(breakStore);
        const page = await visitor.context.newPage();
        // The cookie is all that is left: it holds who this is, and no events.
        await visitTwoPages(stage, page, { isCollectorDown: false, isKnownAgain: true, mayRepeat: true });
        assert.deepEqual(visitor.exceptions, []);
      });
    }
  }
});
