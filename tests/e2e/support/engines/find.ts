/** Finds elements in a page as Playwright does, as far as the suites ask: CSS, `:has-text('...')`, `text=...`. */

/**
 * Runs in the page: scrolls the first visible element that fits into view and gives where it is, `undefined`
 * where there is none. Looks into open shadow trees too.
 */
export async function findFirst(selector: string) {
  const textOf = (it: Element) => (it.textContent ?? "").replace(/\s+/g, " ").trim().toLowerCase();
  const has = (it: Element, text: string) => textOf(it).includes(text.toLowerCase());

  const all = (within: ParentNode, css: string): Element[] => {
    const [host = "", ...rest] = css.split(" ");
    const inside = [...within.querySelectorAll("*")].flatMap((it) => {
      if (!it.shadowRoot) return [];
      const below = rest.length > 0 && it.matches(host) ? all(it.shadowRoot, rest.join(" ")) : [];
      return [...all(it.shadowRoot, css), ...below];
    });
    return [...within.querySelectorAll(css), ...inside];
  };
  const withText = (one: string): Element[] => {
    const [, before, text, after] = /^(.*?):has-text\('([^']*)'\)(.*)$/.exec(one) ?? [];
    if (before === undefined || text === undefined) return all(document, one);
    const found = all(document, before).filter((it) => has(it, text));
    return after?.trim() ? found.flatMap((it) => [...it.querySelectorAll(`:scope ${after}`)]) : found;
  };
  const found = selector.startsWith("text=")
    ? all(document.body, "*").filter((it) => {
        const text = selector.slice("text=".length);
        return has(it, text) && ![...it.children].some((child) => has(child, text));
      })
    : selector.includes(":has-text(")
      ? selector.split(/, (?=[^']*(?:'[^']*'[^']*)*$)/).flatMap(withText)
      : all(document, selector);

  const element = found.find((it) => it.getClientRects().length > 0);
  if (!element) return undefined;
  element.scrollIntoView({ block: "center", behavior: "instant" });
  const { x, y, width, height } = element.getBoundingClientRect();
  return { x, y, width, height };
}
