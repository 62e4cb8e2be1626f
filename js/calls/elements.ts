/** Elements of which a site does or does not want to have clicks. */
import type { Rules } from "../types";

/** Tells whether a click that went through these elements is kept out; a selector that is none keeps all out. */
export function keepElementsOut({ allowElements, denyElements }: Rules): (path: Element[]) => boolean {
  const selector = (list: string | string[] | undefined) => [list ?? []].flat().join(",");
  const [allowed, denied] = [selector(allowElements), selector(denyElements)];
  const isIn = (path: Element[], list: string) => path.some((it) => Element.prototype.matches.call(it, list));
  return (path) => {
    try {
      if (!allowed && !denied) return false;
      // Whose elements are not known any more may be one of them.
      return !path[0] || (!!denied && isIn(path, denied)) || (!!allowed && !isIn(path, allowed));
    } catch {
      return true;
    }
  };
}
