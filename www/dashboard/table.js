// Tables, and what stands where there is nothing to show.

import { element } from "../shared/element.js";
import { counted } from "./format.js";

/**
 * A table. `columns` are { name, of, isNumber, isShort }; the first names the row, `of` gives a node, a text or a
 * number. `shareOf` gives the number that the row's bar stands for.
 */
export function table(caption, columns, rows, shareOf) {
  if (rows.length === 0) return nothing();
  const most = shareOf ? Math.max(1, ...rows.map(shareOf)) : 0;
  const head = columns.map(({ name, isNumber }) =>
    element("th", { scope: "col", className: isNumber ? "number" : "" }, name),
  );
  const body = rows.map((row) => {
    const cells = columns.map(({ of, isNumber, isShort }, at) => {
      const value = of(row);
      const shown = typeof value === "number" ? counted(value) : value;
      const tag = at === 0 ? "th" : "td";
      const cell = element(tag, { className: isNumber ? "number" : isShort ? "short" : "" }, shown);
      if (at === 0) cell.scope = "row";
      return cell;
    });
    if (shareOf) {
      cells[0].dataset.share = "";
      cells[0].style.setProperty("--share", `${(100 * shareOf(row)) / most}%`);
    }
    return element("tr", {}, ...cells);
  });
  return element(
    "div",
    { className: "table" },
    element(
      "table",
      {},
      element("caption", { className: "hidden-visually" }, caption),
      element("thead", {}, element("tr", {}, ...head)),
      element("tbody", {}, ...body),
    ),
  );
}

/** A name with a second line under it. */
export function named(name, under) {
  const cell = document.createDocumentFragment();
  cell.append(name, ...(under ? [element("small", {}, under)] : []));
  return cell;
}

export function nothing(words = "Nothing in this time.") {
  return element("p", { className: "nothing" }, words);
}
