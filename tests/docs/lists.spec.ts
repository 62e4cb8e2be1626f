/** What the documentation lists is what there is: each option of js/types.ts, each event that is recorded. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { eventOf, TRIGGERED } from "../../js/captures/events.ts";
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

/** What the captures' module records, by name, with what it tells; its events are numbers (js/captures/events.ts). */
const capturedEvents = () =>
  Array.from({ length: TRIGGERED }, (_, number) => [
    // Of recordings an even number is audio, an odd one video.
    eventOf(number, [2, 2, 2, 2, 2, 2]),
    eventOf(number, [3, 3, 3, 3, 3, 3]),
  ]).flat();

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
    const inCode = [...code.matchAll(/"((?:[a-z]+_)+(?:[a-z]+ed|left))"/g)].map(([, name]) => name);
    const recorded = new Set(inCode.filter((name) => name !== "load_failed"));
    for (const [name] of capturedEvents()) recorded.add(name);
    const section = read("docs/events.md").split("\n## webEvent")[1]?.split("\nWhat every web event")[0] ?? "";
    const listed = new Set(
      section
        .split("\n")
        .filter((line) => /^\| `/.test(line))
        .flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map(([, name]) => name)),
    );
    assert.deepEqual([...listed].sort(), [...recorded].sort());
  });

  test("docs/events.md names the attributes of each capture as js/types.ts does", () => {
    const captures = membersOf("Capture");
    const rows = read("docs/events.md")
      .split("\n")
      .flatMap((line) => {
        const [, event = "", recorded = "", fields = ""] = line.split("|");
        const capture = /`capture: (\w+)`/.exec(recorded)?.[1];
        return capture && capture !== "triggers" ? [{ event, capture, fields }] : [];
      });
    assert.equal(new Set(rows.map(({ capture }) => capture)).size, captures.size - 1);
    for (const [name, props] of capturedEvents()) {
      const row = rows.find(({ event }) => event.includes(`\`${name}\``));
      // "The same" is what the row of the one that is played has.
      const played = rows.find(({ event }) => row?.fields.includes("the same") && event.includes("_played"));
      const listed = `${row?.fields} ${played?.fields}`;
      for (const attribute of Object.keys(props))
        assert.ok(listed.includes(`\`${attribute}\``), `${name} has ${attribute}, which docs/events.md does not list`);
    }
    for (const { event, capture, fields } of rows) {
      const said = captures.get(capture) ?? "";
      // What belongs to the event itself stands ahead of the colon.
      for (const [, name] of fields.replace("`attributes`", "").matchAll(/`(\w+)`/g))
        assert.ok(
          said.includes(`\`${name}\``),
          `${event} has ${name}, of which ${capture} in js/types.ts says nothing`,
        );
    }
  });
});
