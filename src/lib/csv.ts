/**
 * Where a spreadsheet would begin a formula (OWASP, CSV Injection): at the beginning of a cell and, because some separate by `;` or tabs
 * and then take quotes within for text, after those and after a line break, quotes aside. Apostrophes that stand there already are looked past, so that one more can be told from them and taken away again.
 */
const FORMULA = /(?<=(?:^|[;\t])"*)(?='*[=+\-@\t\r\n＝＋－＠])|(?<=[\r\n]"*)(?='*[=+\-@＝＋－＠])/g;
const GUARD = /(?<=(?:^|[;\t])"*)'(?='*[=+\-@\t\r\n＝＋－＠])|(?<=[\r\n]"*)'(?='*[=+\-@＝＋－＠])/g;

/** One line of CSV (RFC 4180), its end included. What a spreadsheet would run stands behind an apostrophe; `unguarded` takes it away. */
export function csvLine(cells: (string | number | null)[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

/** What `lines` yields as a file in UTF-8: read as fast as it is fetched, in constant memory, and let go when nobody fetches any more. */
export function csvStream(lines: AsyncGenerator<string, undefined>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    pull: async (controller) => {
      const { value, done } = await lines.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel: () => void lines.return(undefined),
  });
}

/** What stood in a cell before `csvLine` made it safe, whatever it was. */
export function unguarded(cell: string): string {
  return cell.replace(GUARD, "");
}

function csvCell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = value.replace(FORMULA, "'");
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
