// Every link from a page of the site to another one, and to a place in one, leads somewhere.

import { existsSync } from "node:fs";
import { posix } from "node:path";

/**
 * @param {{ url: string, html: string }[]} written the pages, by path in the site
 * @param {string} folder where the site's other files are
 * @returns {string[]} what is wrong, one line each
 */
export function brokenLinks(written, folder) {
  const anchors = new Map(written.map(({ url, html }) => [url, new Set(all(html, /\sid="([^"]+)"/g))]));
  return written.flatMap(({ url, html }) =>
    all(html, /\s(?:href|src)="([^"]*)"/g).flatMap((link) => {
      if (/^(https?:|mailto:|data:)/.test(link)) return [];
      if (link.startsWith("/")) return [`${url}: ${link} holds under no path prefix`];
      const [path, anchor] = decodeURIComponent(link).split("#");
      const target = path ? posix.normalize(posix.join(posix.dirname(url), path)) : url;
      const known = anchors.get(target.endsWith("/") || target === "." ? `${target}/index.html`.slice(2) : target);
      if (!known) return existsSync(`${folder}/${target}`) ? [] : [`${url}: ${link} leads to no page`];
      return anchor && !known.has(anchor) ? [`${url}: ${link} names no heading there`] : [];
    }),
  );
}

const all = (text, pattern) => [...text.matchAll(pattern)].map((match) => match[1].replaceAll("&amp;", "&"));
