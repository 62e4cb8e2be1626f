// What the site makes of Markdown that GitHub makes too: links between files lead to pages, headings have GitHub's
// anchors. Besides, code has colours by classes and tables none by `style`: the collector's policy allows no inline style.

import { existsSync } from "node:fs";
import { posix } from "node:path";
import hljs from "highlight.js/lib/common";
import MarkdownIt from "markdown-it";
import { Failure, root } from "../run.mjs";

/** Languages under the names that GitHub knows them by, too. */
hljs.registerAliases(["console"], { languageName: "shell" });
hljs.registerAliases(["toml"], { languageName: "ini" });

/** What is no program has no colours. */
const PLAIN = new Set(["", "text", "nginx", "caddyfile"]);

/**
 * @param {Map<string, import("./pages.mjs").Page>} pages by source
 * @returns {MarkdownIt} reads and renders with `{ source }`, the path of what it is given, as its environment
 */
export function markdownOf(pages) {
  const md = new MarkdownIt({ html: true, highlight });
  md.core.ruler.push("comments", ({ tokens, env }) => allowComments(tokens, env.source));
  md.core.ruler.push("anchors", ({ tokens }) => nameHeadings(tokens));
  md.core.ruler.push("links", ({ tokens, env }) => leadLinks(tokens, pages.get(env.source), pages));
  md.core.ruler.push("alignment", ({ tokens }) => classAlignment(tokens));
  md.core.ruler.push("headers", ({ tokens }) => dropEmptyHeaders(tokens));
  md.renderer.rules.table_open = () => '<div class="table" tabindex="0" role="group" aria-label="Table"><table>\n';
  md.renderer.rules.table_close = () => "</table></div>\n";
  // A box that scrolls can be scrolled by keyboard.
  for (const kind of ["fence", "code_block"]) {
    const render = md.renderer.rules[kind];
    md.renderer.rules[kind] = (...args) => render(...args).replace("<pre>", '<pre tabindex="0">');
  }
  return md;
}

function highlight(code, language) {
  if (PLAIN.has(language) || !hljs.getLanguage(language)) return "";
  return hljs.highlight(code, { language }).value;
}

/** A tag that was meant to be read would be one that is obeyed. */
function allowComments(tokens, source) {
  for (const { type, content } of tokens.flatMap((token) => [token, ...(token.children ?? [])])) {
    if (/^html_/.test(type) && !/^<!--.*-->\s*$/s.test(content))
      throw new Failure(`${source}: ${content.trim().slice(0, 80)} is HTML; write code between backticks`);
  }
}

/** GitHub's anchors: letters, digits, `-` and `_` of the heading's text in lower case; a number where one is taken. */
function nameHeadings(tokens) {
  const taken = new Map();
  tokens.forEach((token, at) => {
    if (token.type !== "heading_open") return;
    const slug = textOf(tokens[at + 1])
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}\-_ ]/gu, "")
      .replaceAll(" ", "-");
    const count = taken.get(slug) ?? 0;
    taken.set(slug, count + 1);
    token.attrSet("id", count > 0 ? `${slug}-${count}` : slug);
  });
}

/** Text of an inline token, without its marks. */
export function textOf(inline) {
  return (inline.children ?? [])
    .map(({ type, content }) => (type === "softbreak" ? " " : /^(text|code_inline)$/.test(type) ? content : ""))
    .join("");
}

/** A file that is a page is linked as one; another file of the repository is only named, since the site has it not. */
function leadLinks(tokens, page, pages) {
  for (const { children } of tokens) {
    let inside;
    for (const token of children ?? []) {
      if (token.type === "link_close" && inside) {
        token.tag = inside;
        inside = undefined;
      }
      if (token.type !== "link_open") continue;
      const href = token.attrGet("href");
      if (/^([a-z]+:|#)/.test(href)) continue;
      const [path, anchor] = href.split("#");
      const target = posix.normalize(posix.join(posix.dirname(page.source), path)).replace(/\/$/, "");
      const url = urlOf(target, pages);
      if (url !== undefined) {
        token.attrSet("href", relative(page.url, url) + (anchor ? `#${anchor}` : ""));
        nameAsPage(
          children[children.indexOf(token) + 1],
          [...pages.values()].find((each) => each.url === url),
        );
      } else if (existsSync(`${root}/${target}`)) {
        inside = "span";
        token.tag = inside;
        token.attrs = [
          ["class", "file"],
          ["title", `${target}, in the repository`],
        ];
      } else {
        throw new Failure(`${page.source}: the link to ${href} leads to no file`);
      }
    }
  }
}

/** What is called by its file where files are read is called by its title where pages are. */
function nameAsPage(text, page) {
  if (page && text?.type === "text" && /^[\w./-]+\.md$/.test(text.content)) text.content = page.label;
}

function urlOf(target, pages) {
  const page = pages.get(target) ?? pages.get(`${target}/README.md`);
  if (page) return page.url;
  if (target === "README.md" || target === "docs") return "index.html";
  const isFile = target.startsWith("docs/") && /\.\w+$/.test(target) && existsSync(`${root}/${target}`);
  return isFile ? target.slice("docs/".length) : undefined;
}

/** From one page of the site to another. */
export function relative(from, to) {
  return posix.relative(posix.dirname(from), to) || posix.basename(to);
}

/** A column without a name has no header: an empty one would say so to those who hear the table. */
function dropEmptyHeaders(tokens) {
  tokens.forEach((token, at) => {
    if (token.type !== "th_open" || tokens[at + 1].content) return;
    token.tag = "td";
    tokens[at + 2].tag = "td";
  });
}

function classAlignment(tokens) {
  for (const token of tokens) {
    const style = token.attrGet?.("style");
    if (!style) continue;
    token.attrs = token.attrs.filter(([name]) => name !== "style");
    token.attrJoin("class", style.replace("text-align:", "is-"));
  }
}
