/** boto3 and the Genesys Python SDK: `test_sdks.py` runs once, and each of its tests is one here. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ACCESS_KEY, READ_TOKEN, startCollector } from "./collector.ts";
import { openForgetful } from "./forgetful.ts";
import { ended } from "./program.ts";

const python = process.env.SILLAGE_SDKS_PYTHON;
if (!python) throw new Error("npm test -- --only conformance installs the SDKs and says where they are");

const collector = await startCollector();
const forgetful = await openForgetful(collector.origin);
const tracked = await collector.track("shop");
const { code, output } = await run(python, {
  SILLAGE_ORIGIN: collector.origin,
  SILLAGE_FORGETFUL: forgetful.origin,
  SILLAGE_TOKEN: READ_TOKEN,
  SILLAGE_SECRET: ACCESS_KEY.secretAccessKey,
  SILLAGE_TRACKED_SESSION: tracked.sessionId,
  SILLAGE_TRACKED_CUSTOMER: tracked.customerId,
  SILLAGE_TRACKED_EVENTS: tracked.eventIds.join(","),
});

describe("Python SDKs", () => {
  after(async () => {
    forgetful.close();
    await collector.stop();
  });

  for (const [, name, suite, verdict] of output.matchAll(/^test_(\w+) \(\S*?\.?(\w+)\.test_\w+\) \.\.\. (\w+)$/gm)) {
    test(`${suite}: ${name?.replaceAll("_", " ")}`, () => assert.equal(verdict, "ok", output));
  }
  test("all of them ran", () => assert.match(output, /^Ran [1-9]\d* tests/m, output));
  test("none failed", () => assert.equal(code, 0, output));
});

function run(program: string, env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const script = fileURLToPath(new URL("test_sdks.py", import.meta.url));
  // Settings of whoever runs this are none of the SDKs' business.
  const { HOME: _home, AWS_PROFILE: _profile, ...rest } = process.env;
  const child = spawn(program, ["-B", script, "-v"], { env: { ...rest, ...env, HOME: "/nonexistent" } });
  return ended(child);
}
