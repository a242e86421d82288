/** One line of a bench: what was measured, beside what. A line with a goal is judged by `value`: the ratio, or ours where the goal is absolute. */
export interface Line {
  id: string;
  what: string;
  ours: number | null;
  peer?: number | null;
  unit: string;
  goal?: { most: number; of: "ratio" | "ours" };
}

/** The table people read; lines without a goal are there to compare with. */
export function table(lines: Line[]): string {
  const rows = [
    ["id", "what", "ours", "peer", "ratio", "goal", "met"],
    ...lines.map((line) => [
      line.id,
      line.what,
      quantity(line.ours, line.unit),
      quantity(line.peer ?? null, line.unit),
      ratioOf(line)?.toFixed(2) ?? "",
      goalText(line),
      line.goal ? (isMet(line) ? "yes" : "NO") : "",
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 1 || column > 4 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join("  "),
    )
    .map((row) => row.trimEnd())
    .join("\n");
}

/** A goal as one line of JSON, for programs. */
export function jsonLine(line: Line): string {
  const { id, what, unit, ours, peer = null } = line;
  return JSON.stringify({ id, what, unit, ours, peer, ratio: ratioOf(line), goal: goalText(line), met: isMet(line) });
}

export function median(values: number[]): number {
  return percentile(values, 0.5);
}

/** The value that a share of `values` does not exceed (nearest rank). */
export function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

function ratioOf({ ours, peer }: Line): number | null {
  return ours !== null && peer ? Number((ours / peer).toFixed(3)) : null;
}

function isMet(line: Line): boolean {
  if (!line.goal) return true;
  const value = line.goal.of === "ratio" ? ratioOf(line) : line.ours;
  return value !== null && value <= line.goal.most;
}

function goalText({ goal, unit }: Line): string {
  if (!goal) return "";
  return goal.of === "ratio" ? `<= ${goal.most.toFixed(2)} x` : `<= ${quantity(goal.most, unit)}`;
}

function quantity(value: number | null, unit: string): string {
  if (value === null) return "";
  const digits = Number.isInteger(value) || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)}${unit && ` ${unit}`}`;
}
