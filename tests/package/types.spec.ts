/** The package's types, as TypeScript's ways to resolve modules see them, and by the tools that judge packages. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { root } from "../e2e/support/collector.ts";
import { test } from "../e2e/support/stage.ts";
import { type Packed, type Project, pack } from "./packed.ts";

const bin = (path: string) => join(root, "node_modules", path);

const RESOLUTIONS = [
  ["bundler", "esnext"],
  ["node16", "node16"],
  ["nodenext", "nodenext"],
] as const;

const USES = `
  import { init, TrackerError, type Options, type Stats } from "sillage";
  import { SillageProvider, useTracker } from "sillage/react";
  import { createTestTracker, type TestTracker } from "sillage/testing";
  import type {} from "sillage/script";
  const options: Options = { site: "shop", endpoint: "https://collector.invalid", consent: "pending" };
  options.capture = { leave: true, scroll: [50, 100], engagement: 60, forms: true, search: ["w"], links: true, downloads: ["gpx"], contacts: true, rage: true, dead: true, errors: true, media: [50] };
  const stats: Stats = init(options).stats();
  init(options).ready.catch((error: unknown) => error instanceof TrackerError && error.code === "load_failed");
  window.sillage?.track("seen", { n: 1 });
  // @ts-expect-error a site is required
  init({});
  // @ts-expect-error there is no such consent
  init({ site: "shop", consent: "maybe" });
  // @ts-expect-error there is no such capture
  init({ site: "shop", capture: { scrolling: true } });
  // @ts-expect-error a function is no value of an event
  window.sillage?.track("seen", { n: () => 1 });
  type ShopEvents = { order_completed: { total: number }; cart_emptied: { reason?: string } };
  const shop = init<ShopEvents>({ site: "shop" });
  shop.track("order_completed", { total: 49.9 }, { itemId: "tea" });
  shop.track("cart_emptied");
  // @ts-expect-error an order has a total
  shop.track("order_completed");
  // @ts-expect-error which is a number
  shop.track("order_completed", { total: "49.9" });
  // @ts-expect-error there is no such event
  shop.track("order_complete", { total: 49.9 });
  const recorder: TestTracker<ShopEvents> = createTestTracker<ShopEvents>("pending");
  const names: string[] = recorder.events.map((event) => event.name);
  SillageProvider({ options, children: useTracker<ShopEvents>().track("cart_emptied", {}) as undefined });
  SillageProvider({ tracker: recorder });
  // @ts-expect-error a provider needs options or a tracker
  SillageProvider({});
  export { names, stats };`;

describe("types", () => {
  let packed: Packed;
  let project: Project;

  before(async () => {
    packed = await pack();
    project = await packed.newProject("types", { tools: ["@types"] });
    writeFileSync(join(project.folder, "uses.ts"), USES);
  });
  after(() => packed?.remove());

  for (const [resolution, module] of RESOLUTIONS) {
    test(`fit and are complete under strict TypeScript, resolved as ${resolution}`, async () => {
      const flags = ["--noEmit", "--strict", "--target", "es2022", "--types", "", "--module", module];
      await complained(
        project.node([bin("typescript/bin/tsc"), ...flags, "--moduleResolution", resolution, "uses.ts"]),
      );
    });
  }

  test("publint has nothing to say", async () => {
    await complained(project.node([bin("publint/src/cli.js"), "run", packed.archive, "--strict"]));
  });

  // esm-only: the package has no CommonJS, which node10's resolution and require() before Node 20.19 would need.
  test("arethetypeswrong has nothing to say for any entry of the package", async () => {
    const flags = ["--profile", "esm-only", "--no-definitely-typed", "--no-color", "--no-emoji"];
    await complained(project.node([bin("@arethetypeswrong/cli/dist/index.js"), packed.archive, ...flags]));
  });
});

/** What a program said before it failed is the test's message. */
async function complained(running: Promise<unknown>) {
  try {
    await running;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`${stdout}${stderr}`.trim() || String(error));
  }
}
