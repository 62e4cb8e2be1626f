/**
 * The part that is loaded where a site calls what the tracker itself does not know, or has rules of its own: puts
 * itself in front of the tracker, which hears what follows from calls and marks. Why its rules, in `calls/`, are no Rust:
 * see ARCHITECTURE.md.
 */
import { attempt } from "./attempt";
import { watchCampaigns } from "./calls/campaigns";
import { keepElementsOut } from "./calls/elements";
import { customerOf, isSessionId, isSomebodyElse } from "./calls/identity";
import { isBot } from "./calls/limits";
import { watchMarks } from "./calls/marks";
import { checkProperties, type Json, membersOf, type Wrong } from "./calls/members";
import { openOffers } from "./calls/offers";
import { inner, shaping } from "./calls/shape";
import { shareRecord } from "./calls/share";
import { KINDS, PERSONALIZE, WEB } from "./calls/tables";
import { Fact, type Heard } from "./fact";
import type { Host } from "./host";
import type { Engine } from "./tracker";
import type { Identity, Options, Rules } from "./types";

/** Makes a call with these values; a click on an item takes along what it gives. */
export type Call = (method: string, given: object, at?: number, activeAt?: number, followsClick?: unknown) => void;

/** The members of an object as text, behind a comma; nothing where there are none. */
const besides = (members: Json) => (inner(members) ? `,${inner(members)}` : "");

/** A site's rules, which a script tag has as JSON. @throws a text where they cannot be read. */
function rulesOf(rules: Rules | string = {}): Rules {
  if (typeof rules !== "string") return rules;
  try {
    return JSON.parse(rules);
  } catch {
    throw "rules must be a JSON object";
  }
}

/**
 * Takes the calls, and holds what is recorded to the site's rules, until `engine` stops.
 *
 * @throws a text that names the rule that is wrong
 */
export async function start(
  options: Options,
  engine: Engine,
  host: Host,
  hear: (fact: Fact, told: unknown[], at: number, activeAt: number) => unknown,
): Promise<void> {
  const rules = rulesOf(options.rules);
  const warn = (message: string) => String(options.debug) === "true" && console.warn(`[sillage] ${message}`);
  const { _hear: pass, _stop: stop } = engine;
  const undo: (() => void)[] = [];
  const shape = shaping(options, rules, host, warn);
  if (rules.bots === false && isBot(navigator.userAgent, navigator.webdriver === true)) shape.keepOut(true);
  const offers = openOffers();
  let customer = "";

  const identified = (told: unknown[], at: number, activeAt: number) => hear(Fact.Identified, told, at, activeAt);

  /** Records an event of that kind, or counts that it cannot be used. */
  const call: Call = (method, given, at = Date.now(), activeAt = 0, followsClick = "") => {
    const kind = KINDS[method];
    const wrong: Wrong = (name, rule) => warn(`${method}: ${name} ${rule}`);
    if (!kind) return wrong("this", "is not a call");
    const { word, table, needs, hasEnvironment } = kind;
    const { id, name, state } = given as Json;
    const part = membersOf(table, given, wrong);
    const personalize = membersOf(PERSONALIZE, given, wrong);
    const isOffer = method === "offer";
    if (isOffer) part.action = { mediaType: "contentOffer", ...(part.action as Json) };
    const { action, actionMap, outcome, segment } = part as Record<string, Json | undefined>;
    const taken: Json = { name: "", ...action, ...outcome, ...segment, ...actionMap };
    taken.id = (action ?? outcome ?? segment)?.id;
    taken.name = taken.displayName;
    const lacking = needs.filter((group) => !group.split(" or ").some((it) => taken[it]));
    if (actionMap && !taken.name) lacking.push("name beside actionMap");
    for (const it of lacking) wrong(it, "is required");
    if (lacking[0]) return pass(Fact.Tracked, [], at, activeAt);
    if (isOffer) {
      const waited = offers.becomes(String(id ?? name), String(state), at);
      if (waited !== undefined) part.timeToDisposition ??= Math.round(waited);
    }
    const own = JSON.stringify(part);
    const text = hasEnvironment ? `${own.slice(0, -1)}\x1c}` : own;
    const member = word.charAt(0).toLowerCase() + word.slice(1);
    pass(Fact.Tracked, ["", `"${member}":${text}${besides(personalize)}`, followsClick, word], at, activeAt);
  };

  /** An event with details: what Amazon Personalize is told closes the part, and leaves its own end to be closed. */
  const track = (name: string, json: string, given: Json, at: number, activeAt: number) => {
    const wrong: Wrong = (it, rule) => warn(`${name}: ${it} ${rule}`);
    const web = inner(membersOf(WEB, given, wrong));
    const personalize = besides(membersOf(PERSONALIZE, given, wrong));
    if (personalize && !given.properties) checkProperties(JSON.parse(json || "{}"), wrong, "props");
    const members = `${json || "{}"}${web && `,${web}`}${personalize && `}${personalize.slice(0, -1)}`}`;
    pass(Fact.Tracked, [name, members], at, activeAt);
  };

  const identify = (id: unknown, { type, traits }: Identity, at: number, activeAt: number) => {
    try {
      const before = customer;
      customer = customerOf(id, type);
      identified([customer, isSomebodyElse(customer, before, host.read()) ? "-" : ""], at, activeAt);
      track("customer_identified", "", { traits }, at, activeAt);
    } catch (rule) {
      warn(`identify: ${rule}`);
    }
  };
  const session = (id: unknown, at: number, activeAt: number) => {
    if (id === undefined || isSessionId(id)) identified(["", id ?? "-"], at, activeAt);
    else warn("session: id must be a text of 2 to 256 characters without spaces, quotes and backslashes");
  };

  /** A call as the loader has it: its name and what it was given, or an event with its details. */
  const called = ([method, json, details]: string[], at: number, activeAt: number) => {
    if (details) {
      const given = JSON.parse(details);
      // Nor is anybody told by what they said of themselves.
      if (options.anonymous) given.traits = undefined;
      return track(method as string, json as string, given, at, activeAt);
    }
    const { 0: first, 1: second } = JSON.parse(json || "{}");
    if (method === "authenticated") shape.setAuthenticated(first);
    else if (method === "props") shape.setProps(first);
    else if (method === "reset") {
      customer = "";
      offers.clear();
      identified(["", "-", 1], at, activeAt);
    } else if (method !== "identify" && method !== "session") call(String(method), Object(first), at, activeAt);
    else if (options.anonymous) warn(`${method}: Global Privacy Control is set`);
    else if (method === "session") session(first, at, activeAt);
    else identify(first, Object(second), at, activeAt);
  };

  if (rules.subdomains) shareRecord(host, `sillage:${options.site}`);
  const watchPage = rules.campaignSessions
    ? watchCampaigns(`sillage:${options.site}!`, host, (at) => identified(["", "-"], at, at))
    : () => {};
  const isKeptOut = keepElementsOut(rules);
  const itemWrong: Wrong = (name, rule) => warn(`data-sillage-item: ${name} ${rule}`);
  const marks = watchMarks(new Set(String(options.marks ?? "").split(/\s+/)), {
    call,
    isOpen: offers.isOpen,
    itemsViewed: (given) => track("items_viewed", "", { ...given }, Date.now(), 0),
    itemClicked: (given) => besides(membersOf(PERSONALIZE, given, itemWrong)),
  });
  undo.push(marks.stop);
  if (rules.sessionId && !options.anonymous) session(rules.sessionId, Date.now(), 0);

  const heard = ([fact, told, at, activeAt]: Heard) => {
    const isClick = fact === Fact.Clicked;
    const path = isClick ? pathOf(told) : [];
    const isOut = isClick && isKeptOut(path);
    // What changes from now on does not hold for the events before.
    if (fact === Fact.Called || isOut) engine._now();
    if (fact === Fact.Called) return attempt(() => called(told as string[], at, activeAt));
    attempt(() => {
      if (fact <= Fact.PageCalled) watchPage(told[0] as string, at);
      if (fact === Fact.PageHidden || fact === Fact.PageLeft) marks.conclude(fact === Fact.PageLeft);
      if (isClick && !told[5]) told = [...told, marks.itemOf(path)];
    });
    shape.with(isOut, () => {
      pass(fact, told, at, activeAt);
      if (isOut) engine._now();
    });
    if (isClick) attempt(() => marks.clicked(path, at, activeAt, String(options.clicks) !== "false" || ""));
  };
  engine._hear = (...it) => void heard(it);
  engine._stop = () => {
    for (const task of undo) task();
    engine._hear = pass;
    stop();
  };
}

/** What a click has gone through: of one that waited for this part, the element that its selector finds. */
function pathOf(told: unknown[]): Element[] {
  const path = attempt(() => (window.event as MouseEvent).composedPath()) ?? [];
  const elements = path.filter((it): it is Element => it instanceof Element);
  if (elements[0]) return elements;
  let element = attempt(() => document.querySelector(told[1] as string)) ?? null;
  for (; element; element = element.parentElement) elements.push(element);
  return elements;
}
