// JSON as it is shown: coloured, in text nodes.

import { element } from "./element.js";

const JSON_PARTS = /("(?:\\.|[^"\\])*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)/g;

export function colored(json) {
  const nodes = [];
  let from = 0;
  for (const match of json.matchAll(JSON_PARTS)) {
    nodes.push(json.slice(from, match.index));
    const className = match[1] ? (match[2] ? "key" : "string") : match[3] ? "number" : "word";
    nodes.push(element("span", { className }, match[0]));
    from = match.index + match[0].length;
  }
  nodes.push(json.slice(from));
  return nodes;
}
