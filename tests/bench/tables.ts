/** The tables of `npm run bench`, in Markdown that reads as text too. */

/** A row: its name, and a number for each tracker. */
export interface Row {
  what: string;
  /** By the tracker's name; what was not measured is missing. */
  values: Record<string, number | undefined>;
  digits?: number;
  /** What Sillage is to stay at or below. */
  goal?: number;
  /** What Snowplow took on the machine that the goal, a time, was set on: here it allows as much more as Snowplow takes. */
  snowplowThen?: number;
}

const NAMES: Record<string, string> = { sillage: "Sillage", snowplow: "Snowplow", amplitude: "Amplitude" };
const PEERS = ["snowplow", "amplitude"];

/** A table with a column for each tracker, how many times as much each peer takes, and the goals. */
export function table(rows: Row[]): string {
  const isScaled = rows.some((row) => goalHere(row) !== undefined);
  const peers = PEERS.map((peer) => `${NAMES[peer]} / Sillage`);
  const head = ["", ...Object.values(NAMES), ...peers, "goal", ...(isScaled ? ["goal here"] : [])];
  return align([head, head.map((_, n) => (n === 0 ? "---" : "---:")), ...rows.map((row) => cells(row, isScaled))]);
}

/** A goal that does not hold. */
export interface Miss {
  text: string;
  /** Whether it would hold on a machine as fast as the one it was set on. */
  isMachine: boolean;
}

/** What does not hold. */
export const missed = (rows: Row[]): Miss[] =>
  rows
    .filter((row) => isOver(row, row.goal))
    .map((row) => {
      const { what, values, goal, digits = 0 } = row;
      const here = goalHere(row);
      const isMachine = here !== undefined && !isOver(row, here);
      const scaled =
        here === undefined ? "" : `; ${format(here, digits)} here, which ${isMachine ? "holds" : "does not hold"}`;
      return { text: `${what}: ${format(values.sillage, digits)}, goal ${goal}${scaled}`, isMachine };
    });

const isOver = ({ values }: Row, goal: number | undefined) =>
  goal !== undefined && !((values.sillage ?? Number.NaN) <= goal);

/** The goal at this machine's speed. */
const goalHere = ({ values, goal, snowplowThen }: Row) =>
  goal !== undefined && snowplowThen !== undefined && values.snowplow !== undefined
    ? (goal * values.snowplow) / snowplowThen
    : undefined;

function cells(row: Row, isScaled: boolean): string[] {
  const { what, values, digits = 0, goal } = row;
  const own = values.sillage;
  const ratio = (peer: number | undefined) =>
    own !== undefined && own > 0 && peer !== undefined ? format(peer / own, 1) : "";
  const verdict = (limit: number | undefined, text: string) =>
    limit === undefined ? "" : `${text}${isOver(row, limit) ? " missed" : ""}`;
  const here = goalHere(row);
  return [
    what,
    ...Object.keys(NAMES).map((name) => format(values[name], digits)),
    ...PEERS.map((peer) => ratio(values[peer])),
    verdict(goal, String(goal)),
    ...(isScaled ? [verdict(here, format(here, digits))] : []),
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
