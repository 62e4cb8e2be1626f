/** Every sample of the documentation does what it says: it is checked, and run against a real collector. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { promisify } from "node:util";
import { settled } from "../e2e/support/browser.ts";
import type { StoredEvent } from "../e2e/support/model.ts";
import { setStage, test } from "../e2e/support/stage.ts";
import { bundleOf, newProject, type Project, siteOf } from "./project.ts";
import { findSamples, type Sample } from "./samples.ts";
import { setShell } from "./shell.ts";

const execute = promisify(execFile);

const { samples, unclear } = findSamples();

const inLanguages = (...languages: string[]) =>
  samples.filter(({ language, notRun }) => notRun === undefined && languages.includes(language));

/** SQL of these pages is run by tests of the collector, against a store with visits in it. */
const SQL_RUN_BY_THE_COLLECTORS_TESTS = ["docs/sql.md", "docs/delivery-sql.md"];

const RUN = new Set(["html", "js", "jsx", "ts", "tsx", "sh", "toml", "json", "sql"]);

/** Addresses of collectors in samples. */
const COLLECTOR = /https:\/\/collector\.example|http:\/\/127\.0\.0\.1:8787/g;

/** How an event is called in a note: by its name, else by the kind of its part. */
const nameOf = ({ event }: StoredEvent) => event.webEvent?.eventName ?? event.eventType.split(".").at(-1) ?? "";

describe("the samples of the documentation", { concurrency: 4 }, () => {
  const stage = setStage({ isShared: true });
  const shell = setShell();
  let project: Project;

  /** As it is written, but with a collector that there is, and a site of its own. */
  const here = (code: string, site: string) =>
    code
      .replace(COLLECTOR, stage.collector.gate.origin)
      .replace(/(site: |data-site=|\(|site=)"?(shop|my-site)"/g, `$1"${site}"`);

  const programs = inLanguages("js", "jsx", "ts", "tsx");
  const isForNode = ({ code }: Sample) => /"sillage\/testing"/.test(code);
  const isForNpm = ({ code, prelude }: Sample) => /from "sillage/.test(code + prelude);

  before(async () => {
    project = newProject();
    for (const sample of programs) {
      const site = siteOf(sample);
      const tracker = `import { init } from "sillage";
        import { createElement } from "react";
        import { createRoot } from "react-dom/client";
        const component = sample.App ?? sample.Analytics;
        if (component) createRoot(document.body.appendChild(document.createElement("div"))).render(createElement(component));
        window.sillage = init({ site: "${site}", endpoint: "${stage.collector.gate.origin}" });`;
      const placed = { ...sample, code: here(sample.code, site), prelude: here(sample.prelude, site) };
      project.add(placed, isForNode(sample) ? "" : tracker);
    }
    await project.bundle();
    stage.origin.serveFolder("/bundles/", project.bundles);
  });
  after(() => project?.remove());

  test("are each told to be code or none, and run or not", async () => {
    assert.deepEqual(unclear, []);
    const foreign = samples.filter(({ language, notRun }) => !RUN.has(language) && notRun === undefined);
    assert.deepEqual(
      foreign.map(({ name, language }) => `${name}: nothing runs ${language}; say why above it: <!-- not run: why -->`),
      [],
    );
    assert.ok(samples.filter(({ notRun }) => notRun === undefined).length > 30);
  });

  test("fit the package's types", async () => {
    assert.equal(project.check(), "");
  });

  /** Opens a page with a sample and waits for what it should leave. */
  async function visit(sample: Sample, html: string) {
    const site = siteOf(sample);
    const url = stage.origin.serve(`/${site}`, html);
    const visitor = await stage.newVisitor();
    try {
      const page = await visitor.openBare(url);
      await page.waitForFunction(() => window.sillage);
      await page.evaluate(() => window.sillage?.ready);
      if (/consent(: |=)"pending"/.test(sample.code)) await page.evaluate(() => window.sillage?.consent("granted"));
      const expected = sample.records?.includes("nothing")
        ? []
        : [...new Set(["page_viewed", ...(sample.records ?? [])])].sort();
      await stage.collector.until(
        () => expected.every((name) => stage.collector.rows(site).some((row) => nameOf(row) === name)),
        15_000,
      );
      await settled(page);
      const stored = [...new Set(stage.collector.rows(site).map(nameOf))].sort();
      assert.deepEqual(stored, expected);
      assert.deepEqual(visitor.exceptions, []);
      assert.deepEqual(visitor.trackerSaid, []);
    } finally {
      await visitor.context.close();
    }
  }

  for (const sample of inLanguages("html")) {
    test(`${sample.name}, a page`, async () => {
      const site = siteOf(sample);
      const options = `data-capture="triggers forms" data-marks="offers items"`;
      const tag = sample.code.includes("/sillage.js") ? "" : stage.tag(site, options);
      await visit(
        sample,
        `<!doctype html><html lang="en"><title>A page</title>${sample.prelude}${here(sample.code, site)}${tag}`,
      );
    });
  }

  for (const sample of programs.filter((each) => !isForNode(each))) {
    test(`${sample.name}, in a page`, async () => {
      const name = siteOf(sample);
      const program = isForNpm(sample)
        ? `<script type="module" src="/bundles/${bundleOf(sample)}"></script>`
        : // Scripts that the tag's own is there before.
          `${stage.tag(name)}<script type="module">
            while (!window.sillage) await new Promise((next) => setTimeout(next, 10));
            await sillage.ready;
            ${sample.prelude}\n${here(sample.code, name)}</script>`;
      await visit(sample, `<!doctype html><html lang="en"><title>A page</title>${program}`);
    });
  }

  for (const sample of programs.filter(isForNode)) {
    test(`${sample.name}, in Node`, async () => {
      await execute(process.execPath, [join(project.bundles, bundleOf(sample))]);
    });
  }

  for (const sample of inLanguages("sh")) {
    test(`${sample.name}, in a shell`, async () => {
      const said = await shell.run(sample.code);
      if (sample.answer)
        assert.deepEqual(Object.keys(JSON.parse(said)).sort(), Object.keys(JSON.parse(sample.answer)).sort());
    });
  }

  for (const sample of inLanguages("sql").filter(({ file }) => !SQL_RUN_BY_THE_COLLECTORS_TESTS.includes(file))) {
    test(`${sample.name}, asked of a store`, async () => {
      await shell.ask(sample.code);
    });
  }

  for (const sample of inLanguages("toml")) {
    test(`${sample.name}, settings of a collector that starts`, async () => {
      await shell.start(sample.code);
    });
  }

  for (const sample of inLanguages("json")) {
    test(`${sample.name}, readable JSON`, async () => {
      JSON.parse(sample.code);
    });
  }
});
