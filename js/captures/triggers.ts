/** Hears what a site waits for, in a list or by marks on its elements: the module is told of what takes time. */
import { attempt } from "../attempt";
import { CLICKABLE, selectorOf } from "../clicks";
import type { Trigger } from "../types";
import type { AddTrigger } from "./declared";
import { numberOf } from "./numbers";
import { type On, Seen, type Tell } from "./seen";
import { hearViews } from "./views";

/** Begin of the attributes whose values are properties: `data-sillage-prop-item-id` is `itemId`. */
const PROP = "sillageProp";

/** What marks wait for. */
const MARKS = ["view", "click", "submit"];

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
  // As text: what is no number is refused like that of a list.
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
  done: (trigger: number, element: string, followsClick: boolean) => void,
  warn: (wrong: string) => void,
): () => void {
  /** Triggers of marks by their words: a row of cards has one. */
  const known = new Map<string, number | string>();
  const listed = list.flatMap((trigger, at) => {
    const { on, selector } = Object(trigger) as Partial<Trigger>;
    let number: number | string = "";
    if (MARKS.includes(String(on)) && !attempt(() => [document.createDocumentFragment().querySelector(selector ?? "")]))
      number = "selector must be one of CSS";
    else number = addTrigger(Object(trigger));
    if (typeof number === "number") return [{ on, selector: String(selector), number }];
    warn(`triggers[${at}]: ${number}`);
    return [];
  });

  /** The triggers of that kind which an element is waited for by. */
  const triggersOf = (element: Element, kind: string) => {
    const found = listed.filter((it) => it.on === kind && matches(element, it.selector)).map((it) => it.number);
    const mark = marked(element, kind);
    if (!mark) return found;
    const text = JSON.stringify(mark);
    let number = known.get(text);
    if (number === undefined) {
      number = addTrigger(mark);
      known.set(text, number);
      if (number && typeof number === "string") warn(`data-sillage-${kind}: ${number}`);
    }
    return typeof number === "number" ? [...found, number] : found;
  };
  const isIgnored = (element: Element) => [...ancestry(element)].some((it) => it.hasAttribute("data-sillage-ignore"));
  const nameOf = (element: Element) => element.getAttribute("data-sillage-name") || selectorOf(element);

  const hearDeed = (kind: string, path: EventTarget[]) => {
    const elements = path.filter((it): it is Element => it instanceof Element);
    if (elements.some((it) => it.hasAttribute("data-sillage-ignore"))) return;
    const isClicked = kind === "click" && elements.some((it) => matches(it, CLICKABLE));
    for (const element of elements) {
      for (const number of triggersOf(element, kind)) done(number, nameOf(element), isClicked);
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
    for (const number of triggersOf(element, "view"))
      tell(Seen.ElementSeen, [number, numberOf(element, nameOf(element)), percent]);
  });
}
