/** Programs in another language that a test runs. */
import type { ChildProcessWithoutNullStreams } from "node:child_process";

/** How a program ended, and what it wrote until then, to its output and its errors alike. */
export function ended(child: ChildProcessWithoutNullStreams): Promise<{ code: number | null; output: string }> {
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return new Promise((done, failed) => {
    child.once("error", failed);
    child.once("close", (code) => done({ code, output }));
  });
}
