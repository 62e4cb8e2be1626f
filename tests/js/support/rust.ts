/** Rust sources, read as text: what is written down in both languages must stay the same. */
import { readFileSync } from "node:fs";

/** The text of a file of the repository. */
export const sourceOf = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");

/** The names of an enum's variants, in their order. */
export function variantsOf(source: string, name: string): string[] {
  const [, body] = new RegExp(`^pub enum ${name} \\{\n(.*?)^\\}`, "ms").exec(source) ?? [];
  if (body === undefined) throw new Error(`no enum ${name}`);
  return [...body.matchAll(/^ {4}([A-Z]\w*)/gm)].map(([, variant]) => variant as string);
}

/** The value of a constant: a product of whole numbers. */
export function constantOf(source: string, name: string): number {
  const [, value] = new RegExp(`\\bconst ${name}(?:: \\w+)? = ([\\d_ *]+);`).exec(source) ?? [];
  if (value === undefined) throw new Error(`no constant ${name}`);
  return value.split("*").reduce((product, factor) => product * Number(factor.replaceAll("_", "")), 1);
}

/** The text between two others. */
export function between(source: string, start: string, end: string): string {
  const from = source.indexOf(start);
  const to = source.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`no ${start} ... ${end}`);
  return source.slice(from + start.length, to);
}
