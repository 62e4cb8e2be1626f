/** Watches the elements that a page marks as offers (`data-sillage-offer`) and as items (`data-sillage-item`). */
import { attempt } from "../attempt";
import type { Call } from "../calls";
import { selectorOf } from "../clicks";
import { closest, watchTrees } from "../trees";
import type { Recommendation } from "../types";

/** How long an element has to be in view to be seen, in milliseconds; that of viewable impressions (MRC, 2014). */
const SEEN_MS = 1_000;

/** Which part of it: as above. Of one that is larger than the window, that part of the window. */
const SEEN_SHARE = 0.5;

/** Most items of one impression (PutEvents). */
const MAX_ITEMS = 25;

/** How long items wait for others that are seen with them, in milliseconds. */
const GATHER_MS = 2_000;

const OFFER = "[data-sillage-offer]";
const ITEM = "[data-sillage-item]";
const LIST = "[data-sillage-recommendation]";

const data = (element: Element | undefined | null, name: string) =>
  element?.getAttribute(`data-sillage-${name}`) || undefined;

/** Items of one list of recommendations: those that were seen, and how many of them were told. */
interface Shown {
  items: string[];
  told: number;
  list: Element | null;
}

/** What follows from marks. */
interface Told {
  call: Call;
  /** Whether the offer of that id or name waits for its answer. */
  isOpen(key: string): boolean;
  itemsViewed(given: Recommendation): void;
  /** Gives members of a click's event. */
  itemClicked(given: object): string;
}

/** Starts watching what `marks` name. */
export function watchMarks(marks: Set<string>, { call, isOpen, itemsViewed, itemClicked }: Told) {
  const selector = [marks.has("offers") && OFFER, marks.has("items") && ITEM].filter(Boolean).join(",");
  const timers = new Map<Element, ReturnType<typeof setTimeout>>();
  const offers = new Map<Element, { name: string; id?: string }>();
  const lists = new Map<string, Shown>();
  let gathering: ReturnType<typeof setTimeout> | undefined;

  const answer = (
    element: Element,
    state: string,
    ...when: [at?: number, activeAt?: number, followsClick?: unknown]
  ) => {
    const offer = offers.get(element);
    if (offer && isOpen(offer.id ?? offer.name)) call("offer", { ...offer, state }, ...when);
  };

  const offered = (element: Element) => {
    const text = closest(element, "[data-sillage-mask]") ? "" : (element as HTMLElement).innerText;
    const offer = {
      name: data(element, "offer") ?? data(element, "name") ?? selectorOf(element),
      id: data(element, "offer-id"),
      prompt: text?.trim().replace(/\s+/g, " ").slice(0, 1_024) || undefined,
      actionTarget: { id: data(element, "offer-target") },
    };
    offers.set(element, offer);
    call("offer", { ...offer, state: "offered" });
    const seconds = Number(data(element, "offer-timeout"));
    if (seconds > 0)
      timers.set(
        element,
        setTimeout(() => attempt(() => answer(element, "timedout")), seconds * 1_000),
      );
  };

  /** Items of the list that an item stands in. */
  const shownWith = (element: Element): Shown => {
    const list = closest(element, LIST);
    const key = data(list, "recommendation") ?? "";
    const shown = lists.get(key) ?? { items: [], told: 0, list };
    lists.set(key, shown);
    return shown;
  };
  const source = (element: Element | null) => {
    const eventAttributionSource = data(element && closest(element, "[data-sillage-attribution]"), "attribution");
    return eventAttributionSource ? { eventAttributionSource } : undefined;
  };
  const tellItems = () => {
    clearTimeout(gathering);
    for (const [recommendationId, shown] of lists) {
      while (shown.told < shown.items.length) {
        const impression = shown.items.slice(shown.told, shown.told + MAX_ITEMS);
        shown.told += impression.length;
        const metricAttribution = source(shown.list);
        const given = { impression, recommendationId: recommendationId || undefined, metricAttribution };
        itemsViewed(given);
      }
    }
  };

  const seen = (element: Element) => {
    observer.unobserve(element);
    if (marks.has("offers") && element.matches(OFFER)) offered(element);
    const item = marks.has("items") && data(element, "item");
    if (!item) return;
    const { items } = shownWith(element);
    if (!items.includes(item)) items.push(item);
    clearTimeout(gathering);
    gathering = setTimeout(() => attempt(tellItems), GATHER_MS);
  };

  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting, intersectionRatio, intersectionRect, rootBounds } of entries) {
        const share = Math.max(
          intersectionRatio,
          intersectionRect.height / (rootBounds?.height || Number.POSITIVE_INFINITY),
        );
        clearTimeout(timers.get(target));
        timers.delete(target);
        if (isIntersecting && share >= SEEN_SHARE)
          timers.set(
            target,
            setTimeout(() => attempt(() => !document.hidden && seen(target)), SEEN_MS),
          );
      }
    },
    { threshold: [0, SEEN_SHARE / 4, SEEN_SHARE / 2, SEEN_SHARE] },
  );
  const forgetRemoved = () => {
    for (const element of offers.keys()) {
      if (element.isConnected) continue;
      answer(element, "ignored");
      clearTimeout(timers.get(element));
      offers.delete(element);
    }
  };
  // An offer that was seen waits for its answer.
  const found = (element: Element) => offers.has(element) || observer.observe(element);
  const unwatch = selector ? watchTrees(selector, found, forgetRemoved) : () => {};

  return {
    /** What a click that went through these elements says of an item, as members of its event. */
    itemOf(path: Element[]): string {
      const element = marks.has("items") && path.find((it) => data(it, "item"));
      if (!element) return "";
      const itemId = data(element, "item");
      const list = closest(element, LIST);
      const { items } = shownWith(element);
      const impression = list ? [...new Set([itemId, ...items])].slice(0, MAX_ITEMS) : undefined;
      const value = data(element, "value");
      return itemClicked({
        itemId,
        eventValue: value && Number(value),
        recommendationId: data(list, "recommendation"),
        impression,
        metricAttribution: source(element),
      });
    },
    /** What a click means to the offer that it went through. */
    clicked(path: Element[], at: number, activeAt: number, followsClick: unknown) {
      const element = path.find((it) => offers.has(it));
      if (!element) return;
      const within = path.slice(0, path.indexOf(element) + 1);
      const has = (name: string) => within.some((it) => it.hasAttribute(`data-sillage-offer-${name}`));
      const isAnswer = element.querySelector("[data-sillage-offer-accept]")
        ? has("accept")
        : within.some((it) => it.matches("[href],button,[role=button],[role=link],[type=submit]"));
      if (has("reject")) answer(element, "rejected", at, activeAt, followsClick);
      else if (isAnswer) answer(element, "accepted", at, activeAt, followsClick);
    },
    /** The page is hidden, or left: then offers without an answer are ignored. */
    conclude(isLeft: boolean) {
      tellItems();
      if (isLeft) for (const element of offers.keys()) answer(element, "ignored");
    },
    stop() {
      unwatch();
      observer.disconnect();
      clearTimeout(gathering);
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}
