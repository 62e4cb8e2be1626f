// What the site's search looks through: one entry for each heading, with the text down to the next. Made while building,
// so that a browser only reads it.

import MiniSearch from "minisearch";
import { OPTIONS } from "../../www/docs/search-options.js";
import { textOf } from "./markdown.mjs";

/** Characters of a section's text that are shown with a result. */
const EXCERPT = 140;

/**
 * @param {import("markdown-it").default} md
 * @param {{ page: import("./pages.mjs").Page, text: string }[]} sources
 * @returns {string} the index as JSON
 */
export function searchIndex(md, sources) {
  const index = new MiniSearch(OPTIONS);
  let id = 0;
  for (const { page, text } of sources) {
    for (const section of sectionsOf(md.parse(text, { source: page.source }))) {
      const url = section.anchor ? `${page.url}#${section.anchor}` : page.url;
      index.add({
        id: id++,
        page: page.title,
        heading: section.heading ?? page.title,
        text: section.text,
        url,
        excerpt: shortened(section.prose),
      });
    }
  }
  return JSON.stringify(index);
}

function sectionsOf(tokens) {
  const sections = [{ text: "", prose: "" }];
  tokens.forEach((token, at) => {
    if (token.type === "heading_open") {
      // The first heading is the page's.
      if (token.tag !== "h1")
        sections.push({ anchor: token.attrGet("id"), heading: textOf(tokens[at + 1]), text: "", prose: "" });
      return;
    }
    const section = sections.at(-1);
    if (token.type === "fence") section.text += ` ${token.content}`;
    if (token.type !== "inline" || tokens[at - 1].type === "heading_open") return;
    section.text += ` ${textOf(token)}`;
    section.prose += ` ${textOf(token)}`;
  });
  return sections;
}

function shortened(text) {
  const words = text.trim();
  return words.length <= EXCERPT ? words : `${words.slice(0, words.lastIndexOf(" ", EXCERPT))} …`;
}
