/** The collector is held to docs/openapi.json by schemathesis: every operation, every check that it has. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Collector, READ_TOKEN, startCollector } from "./collector.ts";
import { ended } from "./program.ts";

const python = process.env.SILLAGE_SDKS_PYTHON;
if (!python) throw new Error("npm test -- --only conformance installs schemathesis and says where it is");
const program = join(dirname(python), "schemathesis");

const all = process.env.SILLAGE_TESTS === "all";

/** Cases for each operation besides those at the edges of its schema, which are always tried. The long tier takes others each time. */
const BUDGET = all ? ["--max-examples", "300"] : ["--max-examples", "6", "--seed", "1"];

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

describe("HTTP API", () => {
  let collector: Collector;

  before(async () => {
    // Without keys: a signature says nothing about what it signs.
    collector = await startCollector({ SILLAGE_PUT_EVENTS_KEYS: undefined });
    await collector.track("shop");
  });
  after(() => collector.stop());

  test("it does what its description says, whatever is sent", { timeout: all ? 1_200_000 : 240_000 }, async () => {
    const { code, output } = await schemathesis(collector.origin);
    assert.equal(code, 0, output);
    assert.match(output, /No issues found/, output);
  });

  test("the stream is what its description says", async () => {
    const read = { headers: { authorization: `Bearer ${READ_TOKEN}` } };
    const description = await (await fetch(`${collector.origin}/openapi.json`)).json();
    const stream = await fetch(`${collector.origin}/v1/live?recent=1`, read);
    const [contentType] = (stream.headers.get("content-type") ?? "").split(";");
    assert.deepEqual(Object.keys(description.paths["/v1/live"].get.responses[200].content), [contentType]);
    const message = await firstMessage(stream);
    assert.match(message, /^id: ?\d+$/m);
    const data = JSON.parse(/^data: ?(.*)$/m.exec(message)?.[1] ?? "");
    assert.deepEqual(Object.keys(data).sort(), [...description.components.schemas.StoredEvent.required].sort());
    for (const query of ["recent=201", "recent=x", "lastEventId=-1"]) {
      const refused = await fetch(`${collector.origin}/v1/live?${query}`, read);
      assert.equal(refused.status, 400, query);
      assert.equal((await refused.json()).code, "bad_parameter", query);
    }
    assert.equal((await fetch(`${collector.origin}/v1/live`)).status, 401);
  });
});

/** The first message with data; then the stream is closed. */
async function firstMessage(stream: Response): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const bytes of stream.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    const message = text.split("\n\n").find((part) => part.includes("data:"));
    if (message && text.endsWith("\n")) return message;
  }
  throw new Error(`no message came: ${text}`);
}

/** Left out: the stream of `/v1/live`, which does not end, and `/v1/check`, which reads from other hosts. */
function schemathesis(origin: string): Promise<{ code: number | null; output: string }> {
  const folder = mkdtempSync(join(tmpdir(), "sillage-http-api-"));
  const args = [
    ...["--config-file", here("schemathesis.toml"), "run", here("../../docs/openapi.json"), "--url", origin],
    ...["--header", `Authorization: Bearer ${READ_TOKEN}`, "--checks", "all"],
    ...["--exclude-path", "/v1/live", "--exclude-path", "/v1/check"],
    ...["--generation-database", "none", "--no-color", "--request-timeout", "20", "--continue-on-failure", ...BUDGET],
  ];
  const env = { ...process.env, SCHEMATHESIS_HOOKS: here("schemathesis_hooks.py"), PYTHONDONTWRITEBYTECODE: "1" };
  const child = spawn(program, args, { cwd: folder, env });
  return ended(child).finally(() => rmSync(folder, { recursive: true, force: true }));
}
