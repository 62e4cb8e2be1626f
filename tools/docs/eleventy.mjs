// Eleventy's configuration: all pages with the layout www/docs/page.njk, each where pages.mjs says.

import { readFileSync } from "node:fs";
import { root } from "../run.mjs";
import { markdownOf, relative } from "./markdown.mjs";
import { findPages } from "./pages.mjs";

/** Braces in samples are theirs. */
export const config = { markdownTemplateEngine: false };

export default function configure(eleventy) {
  const { pages, sections } = findPages();
  const bySource = new Map(pages.map((page) => [page.source, page]));
  eleventy.setLayoutsDirectory("../www/docs");
  eleventy.setTemplateFormats(["md"]);
  eleventy.setLibrary("md", markdownOf(bySource));
  // Which Eleventy switches off in every library.
  eleventy.amendLibrary("md", (md) => md.enable("code"));
  eleventy.addGlobalData("layout", "page.njk");
  eleventy.addGlobalData("sections", sections);
  eleventy.addGlobalData("eleventyComputed", () => ({
    source: ({ page }) => sourceOf(page),
    permalink: ({ page }) => bySource.get(sourceOf(page))?.url,
    about: ({ page }) => surroundings(pages, bySource.get(sourceOf(page))),
  }));
  eleventy.addFilter("from", (to, from) => relative(from, to));
  for (const { source } of pages.filter((page) => !page.source.startsWith("docs/")))
    eleventy.addTemplate(`${ROOT}/${source}`, readFileSync(`${root}/${source}`, "utf8"));
}

/** Folder that files of the repository's root are given to Eleventy in. */
const ROOT = "repository";

const sourceOf = ({ inputPath }) => inputPath.replace(/^\.\//, "").replace(`docs/${ROOT}/`, "");

/** A page with what is before and after it. */
function surroundings(pages, page) {
  const at = pages.indexOf(page);
  return page && { ...page, home: relative(page.url, "index.html"), before: pages[at - 1], after: pages[at + 1] };
}
