/** The breadcrumb that visitors see; the one for machines is in the head. */
import { byId, element } from "./element.js";

export function showTrail({ trail }) {
  byId("trail").replaceChildren(
    ...trail.map(({ name, path }, at) =>
      element(
        "li",
        {},
        at < trail.length - 1 ? element("a", { href: path }, name) : element("span", { "aria-current": "page" }, name),
      ),
    ),
  );
}
