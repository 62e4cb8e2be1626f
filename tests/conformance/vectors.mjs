/**
 * The conformance vectors of the wire protocol against any collector that speaks it. Needs Node and HTTP, nothing else:
 *
 *     node tests/conformance/vectors.mjs https://collector.example [--token TOKEN] [--answers-only]
 *
 * `--answers-only` is for collectors without `GET /v1/export`, by which stored events are read. The format of a vector is
 * in docs/protocol/README.md; the golden fixtures of crates/protocol are run beside them.
 */

import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const folder = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const readFolder = (path) =>
  readdirSync(folder(path))
    .sort()
    .filter((name) => name.endsWith(".json"))
    .map((name) => ({ name: name.slice(0, -".json".length), text: readFileSync(`${folder(path)}/${name}`, "utf8") }));

/** All vectors: those of the protocol, and each golden batch as one. */
export function findVectors() {
  const own = readFolder("docs/protocol/vectors").map(({ name, text }) => ({ name, ...JSON.parse(text) }));
  const valid = readFolder("crates/protocol/fixtures/batches/valid").map(({ name, text }) => {
    const { why, document, body, merged = [], rejected = [] } = JSON.parse(text);
    const stored = merged.filter((event) => event !== null);
    const answer = { stored: new Set(stored.map(({ id }) => id)).size, rejected };
    return {
      name: `valid/${name}`,
      why,
      steps: [goldenStep(document, body, 200, answer)],
      stored: stored.map(undated),
    };
  });
  const invalid = readFolder("crates/protocol/fixtures/batches/invalid").map(({ name, text }) => {
    const { why, document, body, expected } = JSON.parse(text);
    const answer = { code: expected.code };
    return { name: `invalid/${name}`, why, steps: [goldenStep(document, body, expected.status, answer)], stored: [] };
  });
  return [...own, ...valid, ...invalid];
}

/** The golden files share ids, so each is sent for a site of its own; what is wrong with a site id is left as it is. */
function goldenStep(document, body, status, answer) {
  const text = (body ?? JSON.stringify(document)).replace(/"siteId": ?"[\w.-]{1,64}"/g, '"siteId":"{site}"');
  return { request: { text }, expect: { status, body: answer } };
}

/** The golden files are of one point in time: how dates are moved is for the vectors on clocks. */
function undated({ createdDate: _, ...event }) {
  return event;
}

/**
 * Runs one vector.
 *
 * @param {{ origin: string, token?: string, answersOnly?: boolean }} collector
 * @returns {Promise<string[]>} what is wrong, one line each
 */
export async function runVector(vector, { origin, token, answersOnly }) {
  const run = { site: `vectors-${randomUUID().slice(0, 8)}`, ids: new Map(), began: Date.now() };
  const wrong = [];
  for (const [at, { request, expect }] of vector.steps.entries()) {
    const answer = await send(origin, request, run);
    const here = `step ${at + 1}`;
    if (answer.status !== expect.status)
      wrong.push(`${here}: status ${answer.status}, not ${expect.status}: ${answer.text.slice(0, 300)}`);
    for (const [name, value] of Object.entries(expect.headers ?? {}))
      if (answer.headers.get(name) !== value) wrong.push(`${here}: ${name}: ${answer.headers.get(name)}, not ${value}`);
    if (expect.body !== undefined) wrong.push(...differences(readJson(answer.text), filled(expect.body, run), here));
  }
  if (answersOnly || !vector.stored) return wrong;
  const stored = await readStored(origin, token, run.site);
  const expected = filled(vector.stored, run);
  if (stored.length !== expected.length) wrong.push(`${stored.length} events are stored, not ${expected.length}`);
  for (const event of expected) {
    const id = event.id?.toLowerCase();
    const found = stored.find((other) => other.id === id);
    wrong.push(...(found ? differences(found, { ...event, id }, `stored ${id}`) : [`${id} is not stored`]));
  }
  return wrong;
}

async function send(origin, request, run) {
  const { method = "POST", headers = { "content-type": "text/plain;charset=UTF-8" } } = request;
  let body;
  if (request.base64) body = Buffer.from(request.base64, "base64");
  else if (request.text !== undefined) body = Buffer.from(filledText(request.text, run));
  else if (request.body) body = Buffer.from(JSON.stringify(filled(request.body, run)));
  // White space behind a document is part of no value.
  if (request.padToBytes) body = Buffer.concat([body, Buffer.alloc(request.padToBytes - body.length, " ")]);
  if (request.encoding === "gzip") body = gzipSync(body);
  const answer = await fetch(`${origin}/v1/batches`, { method, headers, body, signal: AbortSignal.timeout(30_000) });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

async function readStored(origin, token, site) {
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  const answer = await fetch(`${origin}/v1/export?site=${site}`, { headers });
  if (!answer.ok) throw new Error(`GET /v1/export was answered ${answer.status}: name --token, or say --answers-only`);
  const lines = (await answer.text()).split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line).event);
}

function readJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Replaces what a run fills in: ids, the site, points in time. */
function filledText(text, run) {
  return text.replace(/\{(id|ID|site|time)(?::([^}]*))?\}/g, (_, kind, name) => {
    if (kind === "site") return name ? `${run.site}-${name}` : run.site;
    if (kind === "time") return new Date(run.began + Number(name)).toISOString();
    if (!run.ids.has(name)) run.ids.set(name, randomUUID());
    return kind === "ID" ? run.ids.get(name).toUpperCase() : run.ids.get(name);
  });
}

function filled(value, run) {
  if (typeof value === "string") return filledText(value, run);
  if (Array.isArray(value)) {
    return value.flatMap((item) =>
      item?.$repeat ? Array.from({ length: item.$repeat }, () => filled(item.of, run)) : [filled(item, run)],
    );
  }
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [filledText(name, run), filled(item, run)]));
}

/** Where `found` lacks something of `expected`. It may have more members: collectors derive. */
function differences(found, expected, at) {
  if (expected?.$absent) return found === undefined ? [] : [`${at}: is there: ${JSON.stringify(found)}`];
  if (expected?.$near !== undefined) {
    const off = Math.abs(Date.parse(found) - Date.parse(expected.$near));
    return off <= expected.ms ? [] : [`${at}: ${found} is not within ${expected.ms} ms of ${expected.$near}`];
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(found) || found.length !== expected.length)
      return [`${at}: ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`];
    return expected.flatMap((item, index) => differences(found[index], item, `${at}[${index}]`));
  }
  if (expected !== null && typeof expected === "object") {
    if (found === null || typeof found !== "object") return [`${at}: ${JSON.stringify(found)} is no object`];
    return Object.entries(expected).flatMap(([name, item]) => differences(found[name], item, `${at}.${name}`));
  }
  return found === expected ? [] : [`${at}: ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [origin, ...flags] = process.argv.slice(2);
  if (!URL.canParse(origin)) {
    console.error("usage: node tests/conformance/vectors.mjs COLLECTOR [--token TOKEN] [--answers-only]");
    process.exit(2);
  }
  const token = flags.includes("--token") ? flags[flags.indexOf("--token") + 1] : undefined;
  const collector = { origin: origin.replace(/\/$/, ""), token, answersOnly: flags.includes("--answers-only") };
  let failed = 0;
  for (const vector of findVectors()) {
    const wrong = await runVector(vector, collector);
    failed += wrong.length > 0 ? 1 : 0;
    console.log(`${wrong.length > 0 ? "FAILED" : "ok    "} ${vector.name}: ${vector.why}`);
    for (const line of wrong) console.log(`         ${line}`);
  }
  console.log(failed > 0 ? `${failed} vectors failed` : "all vectors passed");
  process.exit(failed > 0 ? 1 : 0);
}
