/** Brings what a site declares, in a list or by marks on its elements, to the module, and hears what both wait for. */
import { attempt } from "../attempt";
import { CLICKABLE, selectorOf } from "../clicks";
import { words } from "../fact";
import type { Trigger } from "../types";
import { type On, Seen, type Tell } from "./seen";
import { hearViews } from "./views";

/** Adds a trigger, six words, to the module: its number, or what is wrong with it. */
export type AddTrigger = (words: string) => number | string;

/** Begin of the attributes whose values are properties: `data-sillage-prop-item-id` is `itemId`. */
const PROP = "sillageProp";

/** What marks wait for. */
const MARKS = ["view", "click", "submit"];

/** The members of a JSON object, without its braces. */
const membersOf = (props: object | undefined) => JSON.stringify(props ?? {}).slice(1, -1);

const wordsOf = ({ on, percentage, seconds, repeat, event, props }: Partial<Trigger>) =>
  words(
    on,
    percentage,
    seconds === undefined ? "" : Math.round(Number(seconds) * 1000),
    repeat ? 1 : "",
    event,
    membersOf(props),
  );

/** The element, what it is in, and so on, out of shadow trees too. */
function* ancestry(element: Element): Generator<Element> {
  for (let it: Node | null = element; it; it = it.parentNode ?? (it as ShadowRoot).host ?? null)
    if (it instanceof Element) yield it;
}

const matches = (element: Element, selector: string) => Element.prototype.matches.call(element, selector);

/** The trigger of an element's mark. */
function marked(element: Element, on: string): Partial<Trigger> | undefined {
  const event = element.getAttribute(`data-sillage-${on}`);
  if (event === null) return undefined;
  const own = (name: string) => element.getAttribute(`data-sillage-${name}`) ?? undefined;
  const props: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries((element as HTMLElement).dataset))
    if (name.startsWith(PROP) && name !== PROP)
      props[name.charAt(PROP.length).toLowerCase() + name.slice(PROP.length + 1)] = value;
  // As text: the module reads numbers, and refuses what is none.
  return {
    on,
    event,
    percentage: own("percentage"),
    seconds: own("seconds"),
    repeat: own("repeat") !== undefined,
    props,
  } as Partial<Trigger>;
}

/** Starts listening; what is returned ends it. `warn` hears what is wrong. */
export function hearTriggers(
  list: Partial<Trigger>[],
  on: On,
  tell: Tell,
  addTrigger: AddTrigger,
  warn: (wrong: string) => void,
): () => void {
  /** Triggers of marks by their words: a row of cards has one. */
  const known = new Map<string, number | string>();
  const numbers = new WeakMap<Element, number>();
  let last = 0;

  const listed = list.flatMap((trigger, at) => {
    const { on, selector } = Object(trigger) as Partial<Trigger>;
    let number: number | string = "";
    if (MARKS.includes(String(on)) && !attempt(() => [document.createDocumentFragment().querySelector(selector ?? "")]))
      number = "selector must be one of CSS";
    else number = addTrigger(wordsOf(Object(trigger)));
    if (typeof number === "number") return [{ on, selector: String(selector), number, props: trigger.props }];
    warn(`triggers[${at}]: ${number}`);
    return [];
  });

  /** The triggers of that kind which an element is waited for by, with their own properties. */
  const triggersOf = (element: Element, kind: string) => {
    const found = listed.filter(({ on, selector }) => on === kind && matches(element, selector));
    const mark = marked(element, kind);
    if (!mark) return found;
    const text = wordsOf(mark);
    let number = known.get(text);
    if (number === undefined) {
      number = addTrigger(text);
      known.set(text, number);
      if (number && typeof number === "string") warn(`data-sillage-${kind}: ${number}`);
    }
    return typeof number === "number" ? [...found, { number, props: mark.props }] : found;
  };
  const isIgnored = (element: Element) => [...ancestry(element)].some((it) => it.hasAttribute("data-sillage-ignore"));
  /** Unless the site says itself what it is. */
  const nameOf = (element: Element, props: object | undefined) =>
    props && "element" in props ? "" : element.getAttribute("data-sillage-name") || selectorOf(element);

  const hearDeed = (kind: string, path: EventTarget[]) => {
    const elements = path.filter((it): it is Element => it instanceof Element);
    if (elements.some((it) => it.hasAttribute("data-sillage-ignore"))) return;
    const isClicked = kind === "click" && elements.some((it) => matches(it, CLICKABLE));
    for (const element of elements) {
      for (const { number, props } of triggersOf(element, kind))
        tell(Seen.Triggered, [number, nameOf(element, props), isClicked ? 1 : ""]);
    }
  };
  on("click auxclick", (event) => {
    // The right button opens a menu and follows no link.
    if ((event as MouseEvent).button < 2) hearDeed("click", event.composedPath());
  });
  on("submit", (event) => hearDeed("submit", event.composedPath().slice(0, 1)));

  const viewed = listed.filter(({ on }) => on === "view").map(({ selector }) => selector);
  return hearViews([...viewed, "[data-sillage-view]"].join(), (element, percent) => {
    if (percent && isIgnored(element)) return;
    for (const { number, props } of triggersOf(element, "view")) {
      const known = numbers.get(element) ?? ++last;
      numbers.set(element, known);
      tell(Seen.ElementSeen, [number, known, nameOf(element, props), percent]);
    }
  });
}
