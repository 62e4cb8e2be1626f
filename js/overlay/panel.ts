/** The overlay itself: a button and a list in a shadow tree of its own, for the keyboard and for screen readers too. */

/** The steps of an event, in their order. */
const STATES = ["captured", "persisted", "sent", "acknowledged", "dropped"] as const;
export type State = (typeof STATES)[number];

/** One event. */
export interface Row {
  /** It has come so far; `why` is shown beside it. */
  _mark(state: State, why?: string): void;
  /** Whether nothing becomes of it any more. */
  _isOver(): boolean;
}

export interface Panel {
  /** A new event, the last of the list. */
  add(name: string, content: string): Row;
  /** What happens now, also for screen readers. */
  say(text: string): void;
  /** Leaves nothing on the page. */
  close(): void;
}

/** Most events that are listed: the oldest go. */
const MAX_ROWS = 100;

/** How often screen readers are told, in milliseconds. */
const SAY_MS = 1_000;

/** How far overlays of several trackers stand apart, in pixels. */
const NEXT_PX = 48;

/** Constructed, so that no policy for styles is asked; important, so that no rule of the page's reaches in. */
const STYLE = `
  :host { all: initial !important; position: fixed !important; right: 8px !important; bottom: 8px !important;
    z-index: 2147483647 !important; display: block !important; max-width: calc(100vw - 16px) !important; }
  @media print { :host { display: none !important; } }
  section { font: 13px/1.45 system-ui, sans-serif; color: #f4f6f8; background: #16202b; border: 1px solid #5b6b7c;
    border-radius: 8px; width: 380px; max-width: 100%; box-sizing: border-box; color-scheme: dark; text-align: start; }
  section.closed { width: auto; }
  button, summary, ol { font: inherit; color: inherit; }
  button { display: block; width: 100%; padding: 8px 12px; background: none; border: 0; cursor: pointer; text-align: start;
    font-weight: 600; }
  :focus-visible { outline: 2px solid #8ecbff; outline-offset: -2px; border-radius: 6px; }
  ol { margin: 0; padding: 0; list-style: none; max-height: min(40vh, 360px); overflow: auto;
    border-top: 1px solid #3a4856; }
  li { border-bottom: 1px solid #2b3844; }
  summary { padding: 6px 12px; cursor: pointer; overflow-wrap: anywhere; }
  small { display: block; color: #c3ced9; font-size: 12px; }
  .dropped small { color: #ffb3a7; }
  .acknowledged small { color: #9fe3b4; }
  pre { margin: 0; padding: 0 12px 8px; font: 11px/1.4 ui-monospace, monospace; color: #c3ced9; white-space: pre-wrap;
    overflow-wrap: anywhere; }
  p { margin: 0; padding: 6px 12px; color: #c3ced9; border-top: 1px solid #3a4856; }
  [hidden] { display: none; }`;

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, string>,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Opens it. @throws where the browser has no constructed stylesheets: it would disturb the page without. */
export function openPanel(site: string): Panel {
  const style = new CSSStyleSheet();
  style.replaceSync(STYLE);
  const others = document.querySelectorAll("[data-sillage-overlay]").length;
  // Clicks in it are none of the page's.
  const holder = element("div", { "data-sillage-overlay": "", "data-sillage-ignore": "" });
  const root = holder.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [style];
  const toggle = element("button", { type: "button", "aria-expanded": "true", "aria-controls": "list" });
  // It scrolls, so that it has to be reached by the keyboard.
  const list = element("ol", { id: "list", tabindex: "0", "aria-label": "Events of this page" });
  const status = element("p", { role: "status", "aria-live": "polite" });
  const section = element("section", { "aria-label": `Sillage, ${site}` }, toggle, list, status);
  if (others) section.style.marginBottom = `${others * NEXT_PX}px`;
  root.append(section);

  let added = 0;
  let dropped = 0;
  const count = () => {
    toggle.textContent = `Sillage, ${site}: ${added} captured${dropped ? `, ${dropped} dropped` : ""}`;
  };
  const open = (is: boolean) => {
    toggle.setAttribute("aria-expanded", String(is));
    section.classList.toggle("closed", !is);
    list.hidden = status.hidden = !is;
  };
  toggle.addEventListener("click", () => open(toggle.getAttribute("aria-expanded") !== "true"));
  section.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || list.hidden) return;
    // The page's own dialogs stay as they are.
    event.stopPropagation();
    open(false);
    toggle.focus();
  });
  count();
  document.documentElement.append(holder);

  let saying: ReturnType<typeof setTimeout> | undefined;
  let said = "";
  return {
    add(name, content) {
      const at = performance.now();
      const steps = new Map<State, string>();
      const small = element("small", {});
      const details = element("details", {}, element("summary", {}, name, small));
      if (content) details.append(element("pre", {}, content));
      const item = element("li", {}, details);
      const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
      list.append(item);
      if (list.childElementCount > MAX_ROWS) list.firstElementChild?.remove();
      if (isAtEnd) list.scrollTop = list.scrollHeight;
      let note = "";
      return {
        _isOver: () => steps.has("acknowledged") || steps.has("dropped"),
        _mark(state, why = "") {
          const last = Math.max(-1, ...[...steps.keys()].map((it) => STATES.indexOf(it)));
          const isNext = STATES.indexOf(state) > last;
          if (!steps.has(state)) {
            if (state === "captured") added++;
            if (state === "dropped") dropped++;
            steps.set(state, `${state} ${Math.round(performance.now() - at)} ms`);
            if (isNext) item.className = state;
            count();
          }
          if (isNext || why) note = why;
          small.textContent = STATES.flatMap((it) => steps.get(it) ?? []).join(" · ") + (note && `: ${note}`);
        },
      };
    },
    say(text) {
      said = text;
      saying ??= setTimeout(() => {
        saying = undefined;
        status.textContent = said;
      }, SAY_MS);
      if (!status.textContent) status.textContent = text;
    },
    close() {
      clearTimeout(saying);
      holder.remove();
    },
  };
}
