/** A machine as samples for shells take it for granted: a collector with a token, `sqlite3`, and a visit in the store. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { promisify } from "node:util";
import { dist, listeningOn, program } from "../e2e/support/collector.ts";

const execute = promisify(execFile);

export interface Shell {
  /** Runs a sample and gives what it wrote; throws with what it said where it fails. */
  run(code: string): Promise<string>;
  /** Asks the store in SQL; throws where it does not understand. */
  ask(sql: string): Promise<void>;
  /** Starts a collector with a sample's settings, and ends it. */
  start(settings: string): Promise<void>;
}

/** Ids that samples name, or that are as good as those. */
const VISITOR = "0198a8f0-1c5e-4d0e-9a3f-5d8d3f1f0c11";
const SESSION = "0198a8f0-1c5e-7000-8000-000000000001";
const EVENT = "0198a8f0-1c5e-7000-8000-000000000002";
const BATCH = "0198a8f0-1c5e-7000-8000-000000000003";

/** `sqlite3 [-option ...] FILE SQL`, for machines without it: Python has the same library. */
const SQLITE3 = `#!/bin/sh
exec python3 - "$@" <<'END'
import sqlite3, sys
path, sql = [word for word in sys.argv[1:] if not word.startswith("-")]
for row in sqlite3.connect(f"file:{path}?mode=ro", uri=True).execute(sql):
    print(*row, sep="|")
END
`;

/** Of services that settings name; nothing is sent to them, since nothing is stored. */
const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "secret",
  GENESYS_CLOUD_ACCESS_TOKEN: "token",
  GENESYS_CLOUD_REGION: "genesys.invalid",
};

/** Makes the machine before the suite's tests, and takes it down after them. */
export function setShell(): Shell {
  const token = "a-token-for-reads";
  let folder: string;
  let origin: string;
  let collector: ChildProcess;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "sillage-shell-"));
    for (const part of ["bin", "data", "backups"]) mkdirSync(join(folder, part));
    writeFileSync(join(folder, "bin/sqlite3"), SQLITE3);
    chmodSync(join(folder, "bin/sqlite3"), 0o755);
    symlinkSync(program, join(folder, "bin/sillage-collector"));
    collector = collect(["--data", join(folder, "data"), "--assets", join(dist, "web")], { SILLAGE_READ_TOKEN: token });
    origin = await listeningOn(collector);
    await fetch(`${origin}/v1/batches`, { method: "POST", body: JSON.stringify(batch()) });
  });
  after(async () => {
    if (collector) await ended(collector);
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  return {
    async run(code) {
      const here = code
        .replace(/https:\/\/collector\.example|http:\/\/127\.0\.0\.1:8787/g, origin)
        .replaceAll("/var/lib/sillage", join(folder, "data"))
        .replaceAll("/backups", join(folder, "backups"));
      // The first address in quick starts needs no token, as it does not on a machine of one's own.
      const withToken = here.replace(/curl "(?!.*Authorization)/g, `curl -H "Authorization: Bearer ${token}" "`);
      const env = { ...process.env, PATH: `${folder}/bin:${process.env.PATH}`, TOKEN: token, SESSION_ID: SESSION };
      const { stdout } = await execute(
        "sh",
        ["-euc", withToken.replace(/\bcurl /g, "curl --silent --show-error --fail ")],
        {
          cwd: folder,
          env,
        },
      );
      return stdout;
    },
    async ask(sql) {
      await execute(join(folder, "bin/sqlite3"), [join(folder, "data/sillage.sqlite"), sql]);
    },
    async start(settings) {
      const data = mkdtempSync(join(folder, "settings-"));
      const file = join(data, "sillage.toml");
      writeFileSync(file, settings);
      const child = collect(["--config", file, "--data", data], CREDENTIALS);
      await listeningOn(child);
      await ended(child);
    },
  };
}

function collect(flags: string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(program, ["--listen", "127.0.0.1:0", ...flags], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, SILLAGE_LOG: "warn", ...env },
  });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((exited) => {
    child.once("exit", () => exited());
    child.kill("SIGINT");
  });
}

/** A visit of one page. */
function batch() {
  const now = new Date().toISOString();
  const event = {
    id: EVENT,
    correlationId: EVENT,
    createdDate: now,
    customerId: VISITOR,
    customerIdType: "cookie",
    session: { id: SESSION, type: "web" },
    eventType: "com.genesys.journey.WebEvent",
    webEvent: { eventName: "page_viewed", page: { url: "https://shop.example/" } },
  };
  return { id: BATCH, siteId: "shop", sentAt: now, defaults: {}, events: [event] };
}
