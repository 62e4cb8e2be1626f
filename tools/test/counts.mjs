// Reads how many tests passed and failed out of what the test programs print.

/**
 * @typedef {{ passed: number, failed: number }} Counts
 */

/**
 * The sum over all `test result:` lines, of cargo's tests and of wasm-bindgen's.
 *
 * @param {string} text
 * @returns {Counts}
 */
export function cargoCounts(text) {
  return sum(text, /^test result: \S+ (\d+) passed; (\d+) failed/gm, (match) => [match[1], match[2]]);
}

/**
 * The totals that Node's test runner prints last, in its spec and in its TAP form.
 *
 * @param {string} text
 * @returns {Counts}
 */
export function nodeCounts(text) {
  const last = (name) => Number([...text.matchAll(new RegExp(`^(?:#|ℹ) ${name} (\\d+)$`, "gm"))].at(-1)?.[1] ?? 0);
  return { passed: last("pass"), failed: last("fail") + last("cancelled") };
}

function sum(text, pattern, read) {
  const counts = { passed: 0, failed: 0 };
  for (const match of text.matchAll(pattern)) {
    const [passed, failed] = read(match);
    counts.passed += Number(passed);
    counts.failed += Number(failed);
  }
  return counts;
}
