/** What users install: the packed package in an empty project, bundled by Vite, and imported on a server. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { promisify } from "node:util";
import { root } from "../e2e/support/collector.ts";
import { event, expectEvents, pageview } from "../e2e/support/expect-events.ts";
import { setStage, test } from "../e2e/support/stage.ts";

const run = promisify(execFile);

describe("package", () => {
  const stage = setStage();
  let project = "";
  let packed: string[] = [];

  before(async () => {
    project = mkdtempSync(join(tmpdir(), "sillage-package-"));
    const pack = await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", project], { cwd: root });
    const [tarball] = JSON.parse(pack.stdout) as { filename: string; files: { path: string }[] }[];
    assert.ok(tarball);
    packed = tarball.files.map(({ path }) => path);
    writeFileSync(join(project, "package.json"), JSON.stringify({ name: "empty", private: true, type: "module" }));
    const install = ["install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", `./${tarball.filename}`];
    await run("npm", install, { cwd: project });
  });
  after(() => rmSync(project, { recursive: true, force: true }));

  test("holds what is needed to run and to read, and no sources", () => {
    const needed = [
      "package.json",
      "LICENSE",
      "dist/npm/index.js",
      "dist/npm/index.d.ts",
      "dist/npm/tracker.wasm",
      "dist/web/sillage.js",
    ];
    assert.deepEqual(
      needed.filter((path) => !packed.includes(path)),
      [],
    );
    assert.deepEqual(
      packed.filter((path) => !/^(dist\/(npm|web)\/|package\.json$|README\.md$|LICENSE$)/.test(path)),
      [],
    );
    return Promise.resolve();
  });

  test("importing it on a server does nothing, and a tracker there takes every call", async () => {
    const script = `
      const before = Object.keys(globalThis).length;
      const { init, TrackerError } = await import("sillage");
      const tracker = init({ site: "shop", endpoint: "https://collector.invalid" });
      tracker.track("seen", { n: 1 });
      tracker.page();
      tracker.consent("granted");
      tracker.flush();
      const stats = tracker.stats();
      tracker.stop();
      console.log(JSON.stringify({ stats, globals: Object.keys(globalThis).length - before, error: typeof TrackerError }));`;
    const { stdout, stderr } = await run(process.execPath, ["--input-type=module", "--eval", script], { cwd: project });
    const stats = { tracked: 0, sent: 0, pending: 0, dropped: 0 };
    assert.deepEqual(JSON.parse(stdout), { stats, globals: 0, error: "function" });
    assert.equal(stderr, "", "nothing is written to a server's log");
  });

  test("bundled by Vite it stores its first event", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    mkdirSync(join(project, "src"), { recursive: true });
    writeFileSync(
      join(project, "index.html"),
      `<title>Empty</title><script type="module" src="/src/main.ts"></script>`,
    );
    writeFileSync(
      join(project, "src/main.ts"),
      `import { init, type Tracker } from "sillage";
       const tracker: Tracker = init({ site: "${site}", endpoint: "${collector.gate.origin}" });
       tracker.track("project_started", { bundler: "vite" });
       Object.assign(window, { sillage: tracker });`,
    );
    const vite = join(root, "node_modules/vite/bin/vite.js");
    await run(process.execPath, [vite, "build", "--logLevel", "error"], { cwd: project });
    const built = readdirSync(join(project, "dist/assets"));
    assert.ok(
      built.some((name) => name.endsWith(".wasm")),
      `the module is an asset of its own: ${built}`,
    );
    origin.serveFolder("/", join(project, "dist"));
    const url = `${origin.origin}/index.html`;
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    const visit = { view: "page", session: "one", visitor: "me" };
    await expectEvents(
      collector,
      site,
      [
        pageview(url, { ...visit, also: { webEvent: { page: { title: "Empty" } } } }),
        event("project_started", { bundler: "vite" }, visit),
      ],
      { pages: [page] },
    );
    assert.deepEqual(visitor.exceptions, []);
    assert.deepEqual(visitor.trackerSaid, []);
  });

  test("its types are found by TypeScript and fit", async () => {
    writeFileSync(
      join(project, "types.ts"),
      `import { init, TrackerError, type Options, type Stats } from "sillage";
       const options: Options = { site: "shop", endpoint: "https://collector.invalid", consent: "pending" };
       const stats: Stats = init(options).stats();
       init(options).ready.catch((error: unknown) => error instanceof TrackerError && error.code === "load_failed");
       // @ts-expect-error a site is required
       init({});
       // @ts-expect-error there is no such consent
       init({ site: "shop", consent: "maybe" });
       export { stats };`,
    );
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const flags = [
      "--noEmit",
      "--strict",
      "--target",
      "es2022",
      "--module",
      "esnext",
      "--moduleResolution",
      "bundler",
      "--types",
      "",
    ];
    await run(process.execPath, [tsc, ...flags, "types.ts"], { cwd: project });
  });
});
