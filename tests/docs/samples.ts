/**
 * The samples of README.md and docs/: every fenced block with a language that is code. A comment right above one says
 * what its reader need not see:
 *
 *     <!-- not run: why -->            it cannot be run here
 *     <!-- records: name, name -->     the events that it leaves, besides the page view; of other parts than `webEvent`
 *                                      the last word of `eventType`; `nothing`: not even a page view
 *     <!-- with: code -->              stands ahead of it: what the page around it would have
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import MarkdownIt from "markdown-it";
import { markdownBelow } from "../../tools/docs/pages.mjs";
import { root } from "../e2e/support/collector.ts";

export interface Sample {
  /** Where it stands: `docs/npm.md:11`. */
  readonly name: string;
  readonly file: string;
  readonly language: string;
  readonly code: string;
  /** What stands ahead of it. */
  readonly prelude: string;
  /** Events that it leaves, sorted; `undefined` where it says nothing of them. */
  readonly records: string[] | undefined;
  /** The JSON that stands right below it, as its answer. */
  readonly answer: string | undefined;
  /** Why it is not run. */
  readonly notRun: string | undefined;
}

/** What is read and not run: messages, headers, drawings. */
const NO_CODE = new Set(["text", "http"]);

/** All samples, and what is wrong with blocks that cannot be told to be one. */
export function findSamples(): { samples: Sample[]; unclear: string[] } {
  const samples: Sample[] = [];
  const unclear: string[] = [];
  for (const file of ["README.md", ...markdownBelow("docs")]) {
    const tokens = new MarkdownIt({ html: true }).parse(readFileSync(join(root, file), "utf8"), {});
    tokens.forEach((token, at) => {
      const name = `${file}:${(token.map?.[0] ?? 0) + 1}`;
      if (token.type === "code_block") unclear.push(`${name}: an indented block; write a fence with a language`);
      if (token.type !== "fence" || NO_CODE.has(token.info.trim())) return;
      if (!token.info.trim()) {
        unclear.push(`${name}: a fence without a language; "text" is for what is no code`);
        return;
      }
      const notes = notesOf(tokens.slice(0, at));
      for (const key of notes.keys())
        if (!["not run", "records", "with"].includes(key)) unclear.push(`${name}: "${key}:" above it means nothing`);
      const records = notes.get("records")?.split(",");
      samples.push({
        name,
        file,
        language: token.info.trim(),
        code: token.content,
        prelude: notes.get("with") ?? "",
        records: records?.map((record) => record.trim()).sort(),
        answer: tokens[at + 1]?.info === "json" ? tokens[at + 1]?.content : undefined,
        notRun: notes.get("not run"),
      });
    });
  }
  return { samples, unclear };
}

/** What the comments right above say; each is a block of its own. */
function notesOf(before: { type: string; content: string }[]): Map<string, string> {
  const notes = new Map<string, string>();
  for (let block = before.pop(); block?.type === "html_block"; block = before.pop()) {
    for (const [, key = "", value = ""] of block.content.matchAll(/<!--\s*([a-z ]+):\s*(.*?)\s*-->/gs))
      notes.set(key, value);
  }
  return notes;
}
