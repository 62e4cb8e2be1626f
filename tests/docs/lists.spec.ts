/** What the documentation lists is what there is: each option of js/types.ts, each event that is recorded. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { root } from "../e2e/support/collector.ts";

const read = (path: string) => readFileSync(join(root, path), "utf8");

/** First cells, without their marks, and whole rows of the first table under a heading of a page. */
function rowsUnder(page: string, heading: string): Map<string, string> {
  const section = read(page).split(`\n## ${heading}\n`)[1]?.split("\n## ")[0];
  assert.ok(section, `${page} has no section "${heading}"`);
  const rows = section.split("\n").filter((line) => /^\| `/.test(line));
  return new Map(rows.map((row) => [/`([^`]+)`/.exec(row)?.[1] ?? "", row]));
}

/** Members of an interface of js/types.ts, each with the comment above it. */
function membersOf(name: string): Map<string, string> {
  const body = new RegExp(`^export interface ${name} \\{$(.*?)^\\}$`, "ms").exec(read("js/types.ts"))?.[1];
  assert.ok(body, `js/types.ts has no ${name}`);
  const members = body.matchAll(/\/\*\*(.*?)\*\/\s*(\w+)\??:/gs);
  return new Map([...members].map(([, comment = "", member = ""]) => [member, comment.replace(/\s*\n\s*\* ?/g, " ")]));
}

/** Numbers of what a comment says of default and range, as they are written there. */
const numbersOf = (comment: string) =>
  (comment.match(/(default|range|`true`): [^.]*/gi) ?? []).flatMap((clause) => clause.match(/\d[\d,]*\d|\d/g) ?? []);

describe("the documentation's lists", () => {
  for (const [heading, name] of [
    ["The tracker", "Options"],
    ["Captures", "Capture"],
    ["Triggers", "Trigger"],
    ["Rules", "Rules"],
  ] as const) {
    test(`docs/options.md has each option of ${name} with its default and range, and no other`, () => {
      const rows = rowsUnder("docs/options.md", heading);
      const members = membersOf(name);
      assert.deepEqual([...rows.keys()].sort(), [...members.keys()].sort());
      for (const [member, comment] of members) {
        const written = new Set(rows.get(member)?.match(/\d[\d,]*\d|\d/g));
        const missing = numbersOf(comment).filter((number) => !written.has(number));
        assert.deepEqual(missing, [], `${member}: ${comment}`);
        const value = /Default: (`[^`]+`)/.exec(comment)?.[1];
        assert.ok(!value || rows.get(member)?.includes(value), `${member}: the default ${value} is not in its row`);
      }
    });
  }

  test("docs/events.md has each event that the tracker records by a name of its own, and no other", () => {
    const sources = ["crates/capture/src", "crates/core/src", "js"].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => /\.(rs|ts)$/.test(file))
        .map((file) => read(`${folder}/${file}`).split("#[cfg(test)]")[0] ?? ""),
    );
    // Comments have examples in them, and so has the test tracker's.
    const code = sources.join("\n").replace(/^\s*(\/\/|\*|\/\*).*$/gm, "");
    const recorded = new Set(
      [...code.matchAll(/"((?:[a-z]+_)+(?:[a-z]+ed|left))"/g)]
        .map(([, name]) => name)
        .filter((name) => name !== "load_failed"),
    );
    const section = read("docs/events.md").split("\n## webEvent")[1]?.split("\nWhat every web event")[0] ?? "";
    const listed = new Set(
      section
        .split("\n")
        .filter((line) => /^\| `/.test(line))
        .flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map(([, name]) => name)),
    );
    assert.deepEqual([...listed].sort(), [...recorded].sort());
  });
});
