// `npm start`: installs what is missing, builds the tracker and the collector, and serves the demo shop.
//
// Flags after `--` go to the collector: npm start -- --port 9000 --data ./elsewhere
// The same by environment: PORT, SILLAGE_LISTEN, SILLAGE_DATA, ...

import { spawn } from "node:child_process";
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, resolve } from "node:path";
import { build } from "./build.mjs";
import { buildDocs, docsFolder } from "./docs.mjs";
import { requireRust } from "./provision/rust.mjs";
import { Failure, nativeTargetDir, root, run, runMain, say } from "./run.mjs";

/** Port where neither a flag nor the environment names one. */
const DEFAULT_PORT = 8787;

/** How long the collector may take to end after a signal, in milliseconds, before it is killed. */
const SHUTDOWN_MS = 10_000;

await runMain(async () => {
  const settings = readSettings(process.argv.slice(2));
  requireRust();
  await requireFreePort(settings);
  requireWritable(settings.data);
  await build();
  await buildDocs();
  await run("cargo", ["build", "--quiet", "--release", "--package", "sillage-collector"], {
    what: "compiling the collector",
  });
  return serve(settings);
});

/** Where to listen and to store; whatever else was said is the collector's to understand. */
function readSettings(args) {
  const rest = [];
  const named = {};
  const waiting = [...args];
  while (waiting.length > 0) {
    const arg = waiting.shift();
    const [flag, inline] = arg.split(/=(.*)/s);
    if (!["--port", "--listen", "--data"].includes(flag)) {
      rest.push(arg);
      continue;
    }
    const value = inline ?? waiting.shift();
    if (!value) throw new Failure(`${flag} needs a value`, 2);
    named[flag.slice(2)] = value;
  }
  const port = named.port ?? process.env.PORT;
  const listen =
    named.listen ?? (named.port ? undefined : process.env.SILLAGE_LISTEN) ?? `127.0.0.1:${port ?? DEFAULT_PORT}`;
  const address = listen.match(/^(?:\[(.+)\]|([^:]+)):(\d{1,5})$/);
  if (!address || Number(address[3]) > 65_535)
    throw new Failure(`cannot listen on ${listen}: expected address:port`, 2);
  return {
    listen,
    host: address[1] ?? address[2],
    port: Number(address[3]),
    data: named.data ?? process.env.SILLAGE_DATA ?? `${root}/data`,
    rest,
  };
}

/** Asked before the build: nobody should wait minutes to learn that the port is taken. */
function requireFreePort({ host, port, listen }) {
  return new Promise((done, reject) => {
    const probe = createServer();
    probe.once("error", (error) => {
      const why = error.code === "EADDRINUSE" ? "the port is in use; choose another with --port" : error.message;
      reject(new Failure(`cannot listen on ${listen}: ${why}`));
    });
    probe.listen({ host, port }, () => probe.close(() => done()));
  });
}

/** The collector makes the folder; here only what would keep it from that is found before the build. */
function requireWritable(folder) {
  let existing = resolve(folder);
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  try {
    accessSync(existing, constants.W_OK | constants.X_OK);
    if (!statSync(existing).isDirectory()) throw new Failure(`${existing} is a file`);
  } catch (error) {
    throw new Failure(`cannot write to the data folder ${folder}: ${error.code ?? error.message}`);
  }
}

/** Runs the collector until it ends or a signal comes; gives its exit code. */
function serve({ listen, port, host, data, rest }) {
  const program = `${nativeTargetDir}/release/sillage-collector`;
  const given = (flag) => rest.some((arg) => arg.split("=")[0] === flag);
  const folders = [
    ["--assets", "SILLAGE_ASSETS", `${root}/dist/web`],
    ["--demo", "SILLAGE_DEMO", `${root}/www/shop`],
    ["--docs", "SILLAGE_DOCS", docsFolder],
  ].flatMap(([flag, variable, folder]) => (given(flag) || process.env[variable] ? [] : [flag, folder]));
  const args = ["--listen", listen, "--data", data, ...folders, ...rest];
  const child = spawn(program, args, { cwd: process.cwd(), stdio: "inherit" });
  return new Promise((done, reject) => {
    // From a terminal Ctrl-C reaches the whole group; the collector takes a second signal calmly.
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
      process.on(signal, () => {
        child.kill(signal === "SIGHUP" ? "SIGTERM" : signal);
        setTimeout(() => child.kill("SIGKILL"), SHUTDOWN_MS).unref();
      });
    }
    child.on("error", (error) => reject(new Failure(`cannot run ${program}: ${error.message}`)));
    child.on("exit", (code, signal) => done(code ?? (signal ? 1 : 0)));
    whenHealthy(`http://${reachableHost(host)}:${port}`, child).then((origin) => origin && announce(origin));
  });
}

/** An address that a browser on this machine can open. */
function reachableHost(host) {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}

async function whenHealthy(origin, child) {
  while (child.exitCode === null && child.signalCode === null) {
    const healthy = await fetch(`${origin}/healthz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (healthy) return origin;
    await new Promise((done) => setTimeout(done, 50));
  }
  return undefined;
}

function announce(origin) {
  const lines = [
    "",
    `  shop        ${origin}/shop/    click around here ...`,
    `  live view   ${origin}/live     ... see the events arrive here`,
    `  dashboard   ${origin}/         ... and what they add up to`,
    `  reading     ${origin}/docs/    how all of it works`,
    `  your site   <script async src="${origin}/sillage.js" data-site="my-site"></script>`,
    "",
    "  Ctrl-C stops.",
    "",
  ];
  for (const line of lines) say(line);
}
