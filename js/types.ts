/** Value of a property of an event. `undefined` and functions are left out. */
export type PropValue = string | number | boolean | null | PropValue[] | { [key: string]: PropValue };

/** Properties of an event: the caller's own facts about it. At most 48 KiB as JSON. */
export type EventProps = Record<string, PropValue | undefined>;

/** What Amazon Personalize is to be told about an event. What breaks its rule is left out, and said in debug mode. */
export interface Recommendation {
  /** Type of the event there, 1 to 256 characters. Default: the event's name; of an offer `offer_` and its state. */
  eventType?: string;
  /** The item that it is about, 1 to 256 characters. */
  itemId?: string | number;
  /** Value that belongs to the type: a rating, a price. */
  eventValue?: number;
  /** Id of the recommendations that the item was among, 1 to 40 characters. */
  recommendationId?: string;
  /** Items that were shown together, 1 to 25. */
  impression?: (string | number)[];
  /** Where it came from: 1 to 1,024 printable ASCII characters. */
  metricAttribution?: { eventAttributionSource: string };
  /**
   * Fields of the Interactions schema, at most 1,024 characters as JSON; not `userId`, `sessionId`, `eventType`,
   * `timestamp`, `recommendationId` and `impression`, in any case. Default: the event's own properties.
   */
  properties?: EventProps;
}

/** What an event says besides its properties: see docs/calls.md. */
export interface EventDetails extends Recommendation {
  /** Words typed into the site's search. */
  searchQuery?: string;
  /** Whether the visitor was signed in. */
  authenticated?: boolean;
  /** Facts about the person. Not recorded where Global Privacy Control is set. */
  traits?: EventProps;
}

/** Where an action is in its life. */
export type ActionState =
  | "accepted"
  | "rejected"
  | "timedout"
  | "errored"
  | "ignored"
  | "qualified"
  | "offered"
  | "started"
  | "engaged"
  | "qualifiedOutsideSchedule"
  | "offeredOutsideSchedule"
  | "abandoned"
  | "completed"
  | "frequencyCapReached";

/** How an action is delivered. */
export type ActionMediaType =
  | "webchat"
  | "webMessagingOffer"
  | "contentOffer"
  | "integrationAction"
  | "architectFlow"
  | "openAction";

/** What offers and actions off the page have in common. */
interface AnyAction extends Recommendation {
  /** What became of it. */
  state: ActionState;
  /** Its id, 1 to 256 characters. */
  id?: string;
  /** Its name, 1 to 1,024 characters. Needed where there is no id, and beside `actionMap`. */
  name?: string;
  /** How it is delivered. Default of an offer: `contentOffer`. */
  mediaType?: ActionMediaType;
  /** Text shown to the visitor, at most 1,024 characters. */
  prompt?: string;
  /** When it was made, as ISO 8601. */
  createdDate?: string;
  /** The rule that launched it. */
  actionMap?: { id?: string; selfUri?: string; version?: number };
  /** Code of the failure, where it is `errored`. */
  errorCode?: string;
  /** Words for the failure. */
  errorMessage?: string;
}

/** An action in the page: see `webActionEvent`. */
export interface Offer extends AnyAction {
  /** Whom it is aimed at. */
  actionTarget?: { id?: string; selfUri?: string };
  /** How long the visitor took to answer, in milliseconds. Default: since the offer was last said to be offered. */
  timeToDisposition?: number;
}

/** An action off the page, by e-mail or webhook: see `genericActionEvent`. */
export interface Action extends AnyAction {
  id: string;
  /** Where it was delivered: an e-mail address, a webhook's address. */
  mediaAddress?: string;
}

/** A goal that was reached: see `outcomeAchievedEvent`. */
export interface Outcome extends Recommendation {
  name: string;
  id?: string;
  selfUri?: string;
  version?: number;
  /** When the visit's first event happened, as ISO 8601. */
  visitCreatedDate?: string;
}

/** A segment that was matched: see `segmentAssignmentEvent`. */
export interface Segment extends Recommendation {
  id: string;
  selfUri?: string;
}

/** A segment in its deprecated form: see `segmentAssignedEvent`. */
export interface AssignedSegment extends Recommendation {
  name: string;
  id?: string;
  selfUri?: string;
  version?: number;
  scope?: "Session" | "Customer";
  visitCreatedDate?: string;
}

/** Who a customer is, besides their id. */
export interface Identity {
  /** What kind of id it is: `email`, `phone` or any other but `cookie`. Default: `userId`. */
  type?: string;
  /** Facts about the person, sent with the event `customer_identified` and kept nowhere in the browser. */
  traits?: EventProps;
}

/** What can be called: name, and what it takes. */
export interface Calls {
  /** Records what became of an offer. */
  offer: [offer: Offer];
  /** Records what became of an action off the page. */
  action: [action: Action];
  /** Records that a goal was reached. */
  outcome: [outcome: Outcome];
  /** Records that the visitor matched a segment. */
  segment: [segment: Segment];
  /** The same in the deprecated form. */
  segmentAssigned: [segment: AssignedSegment];
  /** Says who the visitor is, from now on and on later visits, and records `customer_identified`. */
  identify: [id: string | number, identity?: Identity];
  /** Forgets who the visitor is: a new visitor in a new session. */
  reset: [];
  /** Puts what follows into the session of that id, 2 to 256 characters without spaces; into a new one without an id. */
  session: [id?: string];
  /** Says whether the visitor is signed in, for the web events of this page that follow. */
  authenticated: [is: boolean | undefined];
  /** Sets properties of all web events of this page that follow, in place of those before. */
  props: [props: EventProps];
}

/** The same as methods. */
export type Callable = { [Name in keyof Calls]: (...given: Calls[Name]) => void };

/** An event as `beforeSend` sees it, in the shape of Genesys Cloud's `Event`. */
export interface JourneyEvent {
  id?: string;
  correlationId?: string;
  createdDate?: string;
  customerId?: string;
  customerIdType?: string;
  session?: object;
  eventType?: string;
  /** Page views and everything that is no action, goal or segment: `eventName`, `page`, `attributes`, `traits`, ... */
  webEvent?: { [member: string]: unknown };
  webActionEvent?: { [member: string]: unknown };
  personalize?: { [member: string]: unknown };
  [part: string]: unknown;
}

/** A site's own rules about what is recorded: see docs/rules.md. What they keep out is counted as `filtered`. */
export interface Rules {
  /**
   * Sees each event before it is kept; returns it, changed or not, or nothing to drop it. Its part and `personalize`
   * may be changed, not who, when and in which session. With a script tag: the name of a global function. One that
   * throws, or that is not there, drops the event.
   */
  beforeSend?: ((event: JourneyEvent) => JourneyEvent | null | undefined | false) | string;
  /** Properties of every web event; the event's own come first. Default: none. */
  props?: EventProps;
  /** Facts about the person by the properties that tell them: `{ user_email: "email" }`. Default: none. */
  traits?: Record<string, string>;
  /** Share of visitors who are recorded, in per cent; the same visitor always is or is not. Default: 100; range: 0 to 100. */
  sample?: number;
  /** Most events of one name on a page in one minute. Default: no limit; range: 1 to 100,000. */
  perMinute?: number;
  /** Pages whose events are recorded: paths, or hosts with paths; `*` is any text. Default: all. */
  allowPages?: string | string[];
  /** Pages whose events are not, likewise, whatever `allowPages` says. Default: none. */
  denyPages?: string | string[];
  /** Selectors of elements whose clicks, and those within, are recorded. Default: all. */
  allowElements?: string | string[];
  /** Selectors of elements whose clicks, and those within, are not. Default: none. */
  denyElements?: string | string[];
  /** Whether programs that say they are none of your visitors are recorded. Default: `true`. */
  bots?: boolean;
  /** Whether the visitor is signed in. Default: not said. */
  authenticated?: boolean;
  /** Whether the visitor's time zone is told. Default: `false`. */
  timeZone?: boolean;
  /** Whether a page with another campaign than the one before (`utm_*`, click ids) begins a session. Default: `false`. */
  campaignSessions?: boolean;
  /** Whether visitor, session and consent are shared by all subdomains, in a cookie. Default: `false`. */
  subdomains?: boolean;
  /** Session that the page belongs to, where the host knows it: 2 to 256 characters without spaces. */
  sessionId?: string;
}

/** Events of any name with any properties. */
export type AnyEvents = Record<string, EventProps>;

/** What {@link Tracker.track} takes besides the name: properties may be left out where none is required. */
export type Facts<Props> =
  Record<never, never> extends Props ? [props?: Props, details?: EventDetails] : [props: Props, details?: EventDetails];

/** What the visitor has allowed. */
export type ConsentState =
  /** Events are stored and sent. */
  | "granted"
  /** Nothing is stored or sent; events wait in memory for the choice. */
  | "pending"
  /** Nothing is recorded, and what was stored is erased. */
  | "denied";

/** Settings of a tracker. */
export interface Options {
  /** Site that the events belong to: 1 to 64 letters, digits, `.`, `_` or `-`. */
  site: string;
  /** Address of the collector. Default with the script tag: the script's own origin. */
  endpoint?: string;
  /**
   * Consent until the visitor has chosen, or the program that says what they chose: `"tcf"`, a consent platform of the
   * IAB's framework; `"google"`, Google's consent mode. Until that has an answer, everything stays in memory, at most 1,000
   * facts, and `ready` waits. See docs/consent.md. Default: `"granted"`.
   */
  consent?: ConsentState | "tcf" | "google";
  /** With `consent: "tcf"`: purposes that have to be allowed, parted by spaces or as a list. Default: 1, 8 and 9; range: 1 to 11. */
  tcfPurposes?: string | number[];
  /** With `consent: "tcf"`: vendor of the Global Vendor List that has to be allowed besides. Default: none. */
  tcfVendor?: number | string;
  /** With `consent: "google"`: name of the global list that `gtag` writes to. Default: `"dataLayer"`. */
  dataLayer?: string;
  /**
   * Whose visits are recorded as under Global Privacy Control, without anything on the device and without an id: `true`,
   * everybody's; `"dnt"`, those whose browser says Do Not Track. Default: nobody's but where that is set.
   */
  anonymous?: boolean | "dnt";
  /**
   * Query parameters that stay in addresses, parted by spaces or as a list; `*` is any text: `"page utm_*"`. All others are
   * taken out. Default: all stay, but for the values that are redacted in any case.
   */
  allowQuery?: string | string[];
  /** Whether pageviews are captured by themselves. Default: `true`. */
  pageviews?: boolean;
  /** Whether a change of the fragment alone is a pageview (hash routing). Default: `false`. */
  hashRouting?: boolean;
  /** Whether clicks on buttons, links and marked elements are captured. Default: `true`. */
  clicks?: boolean;
  /** Longest gap in the visitor's activity within one session, in milliseconds. Default: 1,800,000; range: 60,000 to 36,000,000. */
  idleTimeoutMs?: number;
  /** How long an event waits for others before they are sent together, in milliseconds. Default: 2,000; range: 0 to 60,000. */
  flushIntervalMs?: number;
  /** Most events in one batch. Default: 100; range: 1 to 1,000. */
  maxBatchEvents?: number;
  /**
   * What is captured besides: see {@link Capture}; as text, as in `data-capture`: names parted by spaces, each with
   * its values behind `=`, `"leave scroll=50,100"`, or the same object as JSON. Default: nothing, and nothing is downloaded for it.
   */
  capture?: Capture | string;
  /** The site's own rules; as text, as in `data-rules`: JSON. Default: none, and nothing is downloaded for them. */
  rules?: Rules | string;
  /**
   * Which marks of the page are watched, parted by spaces: `offers` (`data-sillage-offer`) and `items`
   * (`data-sillage-item`), see docs/calls.md. Default: none, and nothing is downloaded for them.
   */
  marks?: string;
  /**
   * Whether an overlay shows what becomes of each event, and the console says which rule was broken, and what to do;
   * `?sillage_debug` in the address does the same. See docs/debugging.md. Default: `false`, and nothing is downloaded for it.
   */
  debug?: boolean;
}

/**
 * What is captured of a visit where it is switched on. Each is off unless it is named, and is an event of its own
 * under the page view, with the properties that are listed.
 */
export interface Capture {
  /**
   * `page_left`, when a page is left for another one, in the same document too: `timeOnPageMs`, for how long it was
   * visible; `scrollDepthPercent`, how much of its height was seen. Dated when the visitor last did something there.
   */
  leave?: boolean;
  /**
   * `page_scrolled`, once a page view for each of these depths that the visitor scrolls to, or has seen when they first
   * scroll: `percent` of the page's height. `true`: 25, 50, 75 and 90. Range: whole numbers from 1 to 100, at most 20.
   */
  scroll?: boolean | number[];
  /**
   * `page_engaged`, whenever a page is hidden or left: `engagedMs`, for how long it was visible, had the focus and was
   * being used since the last of these events, where that is a second or more. A number is for how many seconds
   * after the visitor last did something the page still counts as used. Default: 30; range: 5 to 600.
   */
  engagement?: boolean | number;
  /**
   * `form_started` with the first change of the visitor's: `form`, `field`. `form_submitted`: `form`, `action`,
   * `fieldsChanged`, `timeSpentMs` since a field first got the focus. `form_abandoned`, when the page is left with changes
   * that were not sent: `form`, `lastField`, `fieldsChanged`, `timeSpentMs` until the last change. Values are read only of a
   * form within an element marked by `data-sillage-values`, as `values` of `form_submitted`, and never those of
   * passwords, cards, accounts, one-time codes, files and hidden fields.
   */
  forms?: boolean;
  /**
   * `search_performed`, with `searchQuery` beside its attributes and the `parameter` among them, for a page whose address
   * has one of these parameters, the first that it has. `true`: q, query, search, s and keyword.
   */
  search?: boolean | string[];
  /**
   * `outbound_link_clicked`, with `url` and `hostname`, for a link to another host than the page's, `www.` aside. A list
   * names hosts that belong to the site too, with all below them. It is correlated with its click.
   */
  links?: boolean | string[];
  /**
   * `file_downloaded`, with `url`, `fileName`, `fileExtension` and `isOutbound`, for a link to a file with one of these
   * endings, or marked `download`, in place of `outbound_link_clicked`. It is correlated with its click. `true`: the common
   * ones, as in docs/captures.md.
   */
  downloads?: boolean | string[];
  /** `contact_link_clicked`, with `channel`: `mailto`, `tel` or `sms`, but not who. It is correlated with its click. */
  contacts?: boolean;
  /**
   * `rage_clicked`, with `element`, for three clicks within 30 pixels, each within a second of the one before; once a
   * series. Not in fields, not where clicks select text, and not within `data-sillage-repeatable`. It is correlated with the
   * third click.
   */
  rage?: boolean;
  /**
   * `dead_clicked`, with `element`, for a click on a button or another clickable element after which the document does not
   * change for three seconds. It is correlated with its click, and has its date.
   */
  dead?: boolean;
  /**
   * `error_clicked`, with `element`, `kind` and `message`, for a click after which the page does not catch an error within a
   * second; once a click. It is correlated with its click, and has its date.
   */
  errorClicks?: boolean;
  /**
   * `error_occurred`, for exceptions and rejections that the page does not catch: `kind`, `message`, `source`, `line`,
   * `column`, `stack` (2,000 bytes), `isRejection`. Each once a page view, at most ten; without secrets in addresses, e-mail
   * addresses and tokens.
   */
  errors?: boolean;
  /**
   * `audio_played`, `audio_progressed` (`percent`), `audio_paused`, `audio_seeked` (`fromMs`) and `audio_ended`, and the same of
   * `video_`, of HTML5 media wherever and whenever they are added: `media`, `positionMs`, `durationMs`, and `playedMs`, how
   * much of it was really played. A list is of the parts, in per cent, at which progress is told. `true`: 25, 50, 75 and 90.
   * Range: whole numbers from 1 to 100, at most 20.
   */
  media?: boolean | number[];
  /**
   * `vitals_measured`, once when a document is hidden or left, and again when it comes out of the back-forward cache: the
   * web vitals (https://web.dev/articles/vitals) as far as the browser tells them: `lcpMs`, `inpMs`, `fcpMs`, `ttfbMs`, `cls`
   * (a score), and `navigationType`. By npm's web-vitals, downloaded only then.
   */
  vitals?: boolean;
  /**
   * `visitor_idled`, with `idleSeconds`, when the visitor has done nothing for so many seconds on a page that is visible;
   * again once they have done something since. `true`: 60. Range: whole numbers from 5 to 1,200.
   */
  idle?: boolean | number;
  /**
   * Events of the site's own, declared: by marks on its elements (`data-sillage-view`, `data-sillage-click`,
   * `data-sillage-submit`, see docs/captures.md), and by this list besides. `true`: by marks alone. At most 500, those
   * of marks with properties of their own included.
   */
  triggers?: boolean | Trigger[];
}

/** An event that is recorded when something happens: {@link Capture.triggers}. */
export interface Trigger {
  /**
   * `view`: an element is in view. `click`: it, or what is in it, is clicked. `submit`: it is a form, and sent. `scroll`: the
   * visitor scrolls to a depth of the page. `idle`: they have done nothing for a time. `time`: the page was visible for a
   * time. The last three, once a page view; `idle`, until they do something again.
   */
  on: "view" | "click" | "submit" | "scroll" | "idle" | "time";
  /** Which elements, in CSS: of `view`, `click` and `submit`. Open shadow trees are looked through, each by itself. */
  selector?: string;
  /**
   * Of `view`: how much of the element has to be in view, in per cent of its area, or of the window's where that is
   * smaller; default: 50. Of `scroll`: the depth, in per cent of the page's height. Range: whole numbers from 1 to 100.
   */
  percentage?: number;
  /**
   * Of `view`: for how long, at a stretch, while the tab is visible; default: 1, range: 0 to 600. Of `idle`: 5 to 1,200.
   * Of `time`: 1 to 3,600.
   */
  seconds?: number;
  /** Of `view`: whether it is told again whenever the element comes into view again. Default: `false`, once a page view. */
  repeat?: boolean;
  /** Name of the event, an object and an action in the past tense. Default of `view`: `element_viewed`. */
  event?: string;
  /** Properties of the event. `element`, the name or selector of what it happened to, is added where they have none. */
  props?: EventProps;
}

/** What became of the events of this page. All numbers count events; a call that waits for its part counts as one. */
export interface Stats {
  /** Recorded, whatever became of them. */
  tracked: number;
  /** Acknowledged by the collector. */
  sent: number;
  /** Waiting to be sent or acknowledged. */
  pending: number;
  /** Dropped, for any reason; debug mode names it. */
  dropped: number;
}

/** A tracker. No method ever throws. Every method can be called at once, before the module is loaded. */
export interface Tracker<Events extends object = AnyEvents> {
  /**
   * Records an event: its name, what happened, as an object and an action in the past tense (`order_completed`; 1 to
   * 256 characters); facts about it; and what else it says, above all to Amazon Personalize.
   */
  track<Name extends keyof Events & string>(name: Name, ...facts: Facts<Events[Name]>): void;
  /** Calls what a part of its own understands, loaded with the first call: see {@link Calls}. */
  call<Name extends keyof Calls>(name: Name, ...given: Calls[Name]): void;
  /** Records a pageview of the current address, whether or not it changed. */
  page(): void;
  /** Takes the visitor's choice; it is kept for later visits. */
  consent(state: ConsentState): void;
  /** Sends what waits, as soon as the browser is free. */
  flush(): void;
  /** What became of the events of this page. Until the module is loaded, all of them wait. */
  stats(): Stats;
  /** Sends what waits and leaves nothing of the tracker on the page. */
  stop(): void;
  /** Fulfils when the module is loaded. Rejects with a {@link TrackerError}; unhandled, it stays silent. */
  readonly ready: Promise<void>;
}

/** Why a tracker does not work. */
export class TrackerError extends Error {
  /** `invalid_option`: an option is wrong, the message names it and the rule. `load_failed`: the module could not be loaded; what happens is kept for a page that can. */
  declare readonly code: "invalid_option" | "load_failed";

  constructor(code: TrackerError["code"], message: string) {
    super(message);
    this.name = "TrackerError";
    this.code = code;
  }
}
