// biome-ignore-all lint/suspicious/noAssignInExpressions: each statement costs bytes
// biome-ignore-all lint/complexity/noCommaOperator: as above
// biome-ignore-all lint/style/useTemplate: longer
// biome-ignore-all lint/suspicious/noSparseArray: as above
/**
 * Inline stub: hears what happens before the loader is there, and leaves it to the next page where
 * the loader does not come in time. Pasted into pages, so at most 500 bytes (brotli): every
 * construct is here because another one was larger, and `js/loader.ts` does the rest.
 *
 * Its queue holds `[fact, words, at]`. Until the page is left, the words of a page are its address
 * alone and those of a click its composed path: the loader reads them as it reads its own.
 */
import type { Fact } from "./fact";

/** The stub's part of the tracker, at `window.sillage` until the loader takes over. */
export interface Stub {
  q: StubFact[] & { handleEvent?(event: Event): void };
  track(name: string, props?: object | string): void;
  page(): void;
  consent(state: string): void;
}

// biome-ignore lint/suspicious/noExplicitAny: texts, or what is in a click's path
export type StubFact = [fact: Fact, words: any[], at: number];

declare let sillage: Stub;

((site: string, consent = "granted") => {
  const queue: Stub["q"] = [];
  let choice = "";
  const record = "sillage:" + site;
  const early = record + "~";
  // biome-ignore lint/suspicious/noExplicitAny: as in StubFact
  const put = (fact: Fact, ...words: any[]) => queue.push([fact, words, Date.now()]);

  // The queue is the listener too: whoever has it can remove it.
  // biome-ignore lint/suspicious/noExplicitAny: an event, then what of the queue may be written down, and its text
  queue.handleEvent = (event: any, text?: any) => {
    try {
      // Only a click has one.
      if (event.button + 1) put(3, ...event.composedPath());
      else {
        text = JSON.stringify(
          (event = queue.filter((it) => {
            const [fact, words] = it;
            const find = (selector: string) => words.find((at) => at.localName && at.matches(selector));
            const element = find("[data-sillage-name],[href],button");
            it[1] =
              fact > 3
                ? words
                : fact < 3
                  ? [words[0], document.referrer, `"title":` + JSON.stringify(document.title)]
                  : element &&
                    !find("[data-sillage-ignore]") && [
                      element.dataset.sillageName,
                      element.id ? "#" + element.id : element.localName,
                      find("[data-sillage-mask]") ? "" : element.innerText,
                      find("[href]")?.href,
                    ];
            // The visitor's own choice is kept in any case. Else it counts before the last word of
            // the record (`-` where they have not chosen), and that before what the site set.
            return (
              it[1] &&
              (fact > 8 ||
                // @ts-expect-error: not in the DOM types (https://privacycg.github.io/gpc-spec/)
                !navigator.globalPrivacyControl & /granted(\d.*-)?$/.test(consent + [localStorage[record]] + choice))
            );
          })),
        );
        // Bounds of js/spill.ts, and its list of what was lost. What is written is gone: most pages are told twice that they
        // are left.
        event[0] &&
          (text[6e4] || JSON.stringify(localStorage).split(early)[5]
            ? (localStorage[early] += [, event.length])
            : (localStorage[early + Date.now() + Math.random()] = text),
          (queue.length = 0));
      }
    } catch {}
  };
  // A page that is left before it has loaded gets no `pagehide` in WebKit.
  addEventListener("beforeunload", queue as EventListenerObject, true);
  addEventListener("pagehide", queue as EventListenerObject, true);
  addEventListener("click", queue as EventListenerObject, true);
  put(0, location.href);
  sillage = {
    q: queue,
    page() {
      put(2, location.href);
    },
    consent(state) {
      put(11, (choice = "" + state));
    },
    track(name, props) {
      try {
        name = "" + name;
        props = JSON.stringify({ ...(props as object) });
      } catch {
        props = "";
      }
      put(4, name, props);
    },
  };
})("shop");
