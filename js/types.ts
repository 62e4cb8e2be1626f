/** Value of a property of an event. `undefined` and functions are left out. */
export type PropValue = string | number | boolean | null | PropValue[] | { [key: string]: PropValue };

/** Properties of an event: the caller's own facts about it. At most 48 KiB as JSON. */
export type EventProps = Record<string, PropValue | undefined>;

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
  /** Consent until the visitor has chosen. Default: `"granted"`. */
  consent?: ConsentState;
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
  /** Whether drops and warnings are written to the console. Default: `false`. */
  debug?: boolean;
  /** Address of the wasm file, where a bundler or a policy puts it elsewhere. */
  wasmUrl?: string | URL;
  /** Address of the captures' wasm file, likewise. */
  captureWasmUrl?: string | URL;
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

/** What became of the events of this page. All numbers count events. */
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
export interface Tracker {
  /**
   * Records an event.
   * @param name What happened, an object and an action in the past tense (`order_completed`); 1 to 256 characters.
   * @param props Facts about it.
   */
  track(name: string, props?: EventProps): void;
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
