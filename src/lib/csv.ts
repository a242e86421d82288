/** A cell that begins like this is a formula to a spreadsheet (OWASP, CSV Injection); where `;` separates, what follows one is a cell. */
const FORMULA = /(^|[;\t])(?=[=+\-@\t\r\n＝＋－＠])/g;

/** One line of CSV (RFC 4180), its end included. What a spreadsheet would run stands behind an apostrophe. */
export function csvLine(cells: (string | number | null)[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

function csvCell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = value.replace(FORMULA, "$1'");
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
