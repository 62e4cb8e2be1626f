/** The tables of `npm run bench`, in Markdown that reads as text too. */

/** A row: its name, and a number for each tracker. */
export interface Row {
  what: string;
  /** By the tracker's name; what was not measured is missing. */
  values: Record<string, number | undefined>;
  digits?: number;
  /** What Sillage is to stay at or below. */
  goal?: number;
}

const NAMES: Record<string, string> = { sillage: "Sillage", snowplow: "Snowplow", amplitude: "Amplitude" };
const PEERS = ["snowplow", "amplitude"];

/** A table with a column for each tracker, how many times as much each peer takes, and the goals. */
export function table(rows: Row[]): string {
  const head = ["", ...Object.values(NAMES), ...PEERS.map((peer) => `${NAMES[peer]} / Sillage`), "goal"];
  return align([head, head.map((_, n) => (n === 0 ? "---" : "---:")), ...rows.map(cells)]);
}

/** What does not hold, one line each. */
export const missed = (rows: Row[]) =>
  rows
    .filter(isMissed)
    .map(({ what, values, goal, digits = 0 }) => `${what}: ${format(values.sillage, digits)}, goal ${goal}`);

const isMissed = ({ values, goal }: Row) => goal !== undefined && !((values.sillage ?? Number.NaN) <= goal);

function cells(row: Row): string[] {
  const { what, values, digits = 0, goal } = row;
  const own = values.sillage;
  const ratio = (peer: number | undefined) =>
    own !== undefined && own > 0 && peer !== undefined ? format(peer / own, 1) : "";
  const verdict = goal === undefined ? "" : `${goal}${isMissed(row) ? " missed" : ""}`;
  return [
    what,
    ...Object.keys(NAMES).map((name) => format(values[name], digits)),
    ...PEERS.map((peer) => ratio(values[peer])),
    verdict,
  ];
}

function format(value: number | undefined, digits: number): string {
  if (value === undefined || Number.isNaN(value)) return "";
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Pads the cells, so that the table can be read as it is. */
export function align(lines: string[][]): string {
  const widths = (lines[0] ?? []).map((_, n) => Math.max(...lines.map((line) => line[n]?.length ?? 0)));
  return lines
    .map((line, number) => {
      const padded = line.map((cell, n) => {
        const width = widths[n] ?? 0;
        if (number === 1) return cell.padStart(width, "-");
        return n === 0 ? cell.padEnd(width) : cell.padStart(width);
      });
      return `| ${padded.join(" | ")} |`;
    })
    .join("\n");
}
