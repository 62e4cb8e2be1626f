// Runs programs for the other tools: either shown to the person (`run`) or read (`output`).
// A failure is a `Failure` with one line to print; nobody needs a JavaScript stack for a missing compiler.

import { spawn, spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root folder. */
export const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

/** Where cargo puts what runs on this machine. */
export const nativeTargetDir = resolve(root, process.env.CARGO_TARGET_DIR ?? "target");

/** An expected failure: its message is all that a person needs to see. */
export class Failure extends Error {
  /**
   * @param {string} message one line, what failed and what to do about it
   * @param {number} exitCode the code this process should end with
   */
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Prints one line about what is being done. Standard error, so that results can be piped. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/**
 * Runs a program with its output shown.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {{ what?: string, env?: Record<string, string | undefined>, cwd?: string, quiet?: boolean }} options
 *   `what` names the step in the failure line; `quiet` shows output only when the program fails
 * @returns {Promise<void>}
 */
export async function run(program, args, options = {}) {
  const { code, signal, output } = await execute(program, args, {
    ...options,
    capture: options.quiet === true,
  });
  if (code === 0) return;
  if (options.quiet) process.stderr.write(output);
  const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
  throw new Failure(`${options.what ?? `${program} ${args[0] ?? ""}`.trim()}: ${program} ${how}`, code ?? 1);
}

/**
 * Runs a program and gives back how it ended, never throwing for its exit code.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {{ env?: Record<string, string | undefined>, cwd?: string, capture?: boolean, tee?: boolean }} options
 *   `capture` keeps the output instead of showing it, `tee` does both
 * @returns {Promise<{ code: number | null, signal: string | null, output: string }>}
 */
export function execute(program, args, options = {}) {
  const { env, cwd = root, capture = false, tee = false } = options;
  return new Promise((resolve, reject) => {
    const piped = capture || tee;
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: piped ? ["ignore", "pipe", "pipe"] : ["ignore", "inherit", "inherit"],
    });
    let output = "";
    if (piped) {
      for (const [stream, shown] of [
        [child.stdout, process.stdout],
        [child.stderr, process.stderr],
      ]) {
        stream.setEncoding("utf8");
        stream.on("data", (text) => {
          output += text;
          if (tee) shown.write(text);
        });
      }
    }
    child.on("error", (error) => reject(unstartable(program, error)));
    child.on("close", (code, signal) => resolve({ code, signal, output }));
  });
}

/**
 * What a program printed on standard output, trimmed; `undefined` where it is missing or fails.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {{ env?: Record<string, string | undefined>, cwd?: string }} options
 * @returns {string | undefined}
 */
export function output(program, args, options = {}) {
  const result = spawnSync(program, args, {
    cwd: options.cwd ?? root,
    env: { ...process.env, ...options.env },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 64 * 1024 * 1024,
  });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

/**
 * Runs a tool's main function: a `Failure` becomes one line and its exit code.
 *
 * @param {() => Promise<number | void>} main
 */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    say(`sillage: ${error.message}`);
    process.exitCode = error.exitCode;
  }
}

function unstartable(program, error) {
  const why = error.code === "ENOENT" ? "it is not installed" : error.message;
  return new Failure(`cannot run ${program}: ${why}`);
}
