// What an event is called. Knows the event only.

/** The letter that stands for each look. */
export const BADGES = { pageview: "P", click: "C", custom: "E" };
export const LOOK_NAMES = { pageview: "Page view", click: "Click", custom: "Event" };

export function lookOf(event) {
  if (event.webActionEvent) return "click";
  return event.webEvent?.eventName === "page_viewed" ? "pageview" : "custom";
}

export function titleOf(event) {
  const action = event.webActionEvent;
  if (action) {
    const name = action.action?.prompt || action.actionMap?.displayName || "element";
    const state = action.action?.state ?? "engaged";
    return `${state === "engaged" ? "Clicked" : capitalized(state)} “${name}”`;
  }
  if (event.webEvent?.eventName === "page_viewed") return event.webEvent.page?.title || "Page viewed";
  const name = event.webEvent?.eventName ?? shortType(event);
  return capitalized(name.replaceAll("_", " "));
}

export function subtitleOf(event) {
  const action = event.webActionEvent;
  if (action) return action.actionMap?.displayName ?? "";
  const attributes = Object.entries(event.webEvent?.attributes ?? {});
  return attributes
    .slice(0, 4)
    .map(([name, attribute]) => `${name}: ${attribute.value}`)
    .join(" · ");
}

/** `causeOf` finds the event that another one is correlated with, where it is known. */
export function pageOf(event, causeOf) {
  const page = event.webEvent?.page;
  if (page?.url)
    return (page.hostname ?? "") + (page.pathname ?? page.url) + (page.fragment ? `#${page.fragment}` : "");
  const target = event.webActionEvent?.actionTarget?.selfUri;
  if (target) return `→ ${target}`;
  // A click names no page: it happened in the page view that it is correlated with.
  const cause = causeOf(event);
  return cause && cause !== event && cause.webEvent ? pageOf(cause, causeOf) : "";
}

export function visitorOf(event) {
  return event.customerId ?? event.session?.id ?? "";
}

export function shortType(event) {
  return String(event.eventType ?? "event")
    .split(".")
    .pop();
}

function capitalized(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
