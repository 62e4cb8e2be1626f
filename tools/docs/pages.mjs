// Which pages the documentation has: every Markdown file of docs/, and those of the repository's root that readers are
// sent to. What the navigation does not name comes into its section "Reference", so that no page is ever missing.

import { readdirSync, readFileSync } from "node:fs";
import { root } from "../run.mjs";

/** Sections of the navigation and their pages, by path in the repository. What is not there is left out. */
const SECTIONS = [
  ["Start", ["quick-start", "options", "npm", "bundlers", "policies", "debugging", "installation-check"]],
  ["Capture", ["events", "captures", "calls", "identity", "rules"]],
  ["Delivery", ["delivery", "delivery-sql"]],
  ["Privacy", ["privacy", "consent"]],
  ["Collector", ["operation", "enrichment", "reports", "sql", "forwarding", "sdks"]],
  [
    "Moving here",
    ["moving/ga4", "moving/segment", "moving/snowplow", "moving/posthog", "moving/amplify", "moving/genesys"],
  ],
  ["Reference", ["http-api", "protocol/README"]],
];

/** Files of the root, with what they are called in the navigation. */
const PROJECT = ["ARCHITECTURE.md", "BENCHMARKS.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"];

/**
 * A page: `source` is its path in the repository, `url` its path in the site, `title` its first heading, `label` what
 * the navigation calls it.
 *
 * @typedef {{ source: string, url: string, title: string, label: string }} Page
 */

/**
 * @returns {{ pages: Page[], sections: { title: string, pages: Page[] }[] }} all pages, in the navigation's order after
 *   the first, which is docs/README.md
 */
export function findPages() {
  const found = new Map(markdownBelow("docs").map((source) => [source, pageOf(source)]));
  const home = found.get("docs/README.md");
  found.delete(home.source);
  const sections = SECTIONS.map(([title, names]) => ({
    title,
    pages: names.flatMap((name) => {
      const page = found.get(`docs/${name}.md`);
      found.delete(page?.source);
      return page ?? [];
    }),
  }));
  sections.at(-1).pages.push(...found.values());
  sections.push({ title: "Project", pages: PROJECT.map(pageOf) });
  const named = sections.filter(({ pages }) => pages.length > 0);
  return { pages: [home, ...named.flatMap(({ pages }) => pages)], sections: named };
}

/** Markdown files of a folder and those below it. */
export function markdownBelow(folder) {
  return readdirSync(`${root}/${folder}`, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return markdownBelow(path);
      return entry.name.endsWith(".md") ? [path] : [];
    });
}

function pageOf(source) {
  const title = /^# (.+)$/m.exec(readFileSync(`${root}/${source}`, "utf8"))?.[1] ?? source;
  const path = source.startsWith("docs/") ? source.slice("docs/".length) : `project/${source.toLowerCase()}`;
  const url = path.replace(/\.md$/, ".html").replace(/(^|\/)README\.html$/, "$1index.html");
  // "Calls: offers, goals" is called "Calls"; code in a heading has no marks there.
  const plain = title.replaceAll("`", "");
  return { source, url, title: plain, label: plain.split(": ")[0] };
}
