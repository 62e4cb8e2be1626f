/** Programs that are started as a process group of their own, so that they can be killed as one. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** How long the kernel may take to end a killed group, in milliseconds: it takes a few. */
const KILL_TIMEOUT_MS = 5_000;

/** How much of what a program said is shown when it fails. */
const MOST_LINES_SHOWN = 10;

export interface ProcessGroup {
  /** The process that was started; the others are its children. */
  readonly leader: ChildProcess;
  /** SIGKILL to all of them at once, as when the machine runs out of memory; resolves when none is left. */
  kill(): Promise<void>;
  /** Waits until they have ended by themselves; kills what is left after `timeoutMs`. */
  ended(timeoutMs: number): Promise<void>;
}

const running = new Set<ProcessGroup>();

let killsAtTheEnd = false;

/** No group outlives the tests that started it, however these end. */
function killAllAtTheEnd() {
  if (killsAtTheEnd) return;
  killsAtTheEnd = true;
  process.once("exit", () => {
    for (const { leader } of running) signal(leader);
  });
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => process.exit(1));
  }
}

export function startGroup(program: string, args: string[], options: SpawnOptions = {}): ProcessGroup {
  const leader = spawn(program, args, { stdio: "ignore", ...options, detached: true });
  const leaderEnded = new Promise<void>((ended) => {
    leader.once("exit", () => ended());
    leader.once("error", () => ended());
  });
  const group: ProcessGroup = {
    leader,
    async kill() {
      signal(leader);
      await leaderEnded;
      const deadline = Date.now() + KILL_TIMEOUT_MS;
      while (isAlive(leader.pid)) {
        if (Date.now() > deadline) throw new Error(`the group of ${program} survives SIGKILL`);
        signal(leader);
        await new Promise((later) => setTimeout(later, 5));
      }
      running.delete(group);
    },
    async ended(timeoutMs) {
      let timer: NodeJS.Timeout | undefined;
      const tooLate = new Promise<void>((late) => {
        timer = setTimeout(late, timeoutMs);
      });
      await Promise.race([leaderEnded, tooLate]);
      clearTimeout(timer);
      await group.kill();
    },
  };
  killAllAtTheEnd();
  running.add(group);
  return group;
}

/** Waits for a line of its standard error and gives the part in parentheses: where it can be driven. */
export function lineOf({ leader }: ProcessGroup, pattern: RegExp): Promise<string> {
  return new Promise((found, failed) => {
    if (!leader.stderr) throw new Error(`${leader.spawnfile} has no output`);
    const said: string[] = [];
    leader.once("error", failed);
    leader.once("exit", (code) => failed(new Error(`${leader.spawnfile} ended with ${code}: ${said.join("\n")}`)));
    createInterface(leader.stderr).on("line", (line) => {
      const part = pattern.exec(line)?.[1];
      if (part) found(part);
      // What it says later is of no interest, but must be read.
      else if (said.push(line) > MOST_LINES_SHOWN) said.shift();
    });
  });
}

function signal({ pid }: ChildProcess) {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody of the group is left.
  }
}

/** Whether a process of the group still runs. Who is dead and not yet waited for by its parent does not. */
function isAlive(group: number | undefined): boolean {
  let processes: string[];
  try {
    processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    // Not Linux: its leader has ended, and the kernel ends the others with it.
    return false;
  }
  return processes.some((pid) => {
    try {
      // "pid (name) state ppid pgrp ...": the name may hold anything, even parentheses (proc(5)).
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const [state, , pgrp] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return Number(pgrp) === group && state !== "Z" && state !== "X";
    } catch {
      return false;
    }
  });
}
