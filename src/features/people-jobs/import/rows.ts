import { Readable } from "node:stream";
import { parse } from "csv-parse";

/** A row as its file has it: cells by their column, values by their key. */
export interface SourceRow {
  /** From 1; the head of a CSV file is none. */
  row: number;
  values: Record<string, unknown>;
  /** Its values are cells: texts, each. */
  isCsv: boolean;
  /** How much of the file ends with it: bytes, of JSON characters, which are no more. */
  upTo: number;
}
/** A row nobody can read, or the rest of a file nobody can. */
export interface UnreadableRow {
  row: number;
  unreadable: true;
  upTo: number;
}
export type Bytes = AsyncIterable<Uint8Array>;

/** Longer ones are no person, but a quote or a bracket that was never closed. */
const MAX_ROW_CHARS = 256_000;
const MAX_COLUMNS = 200;

/**
 * The rows of a file, one after the other, however long it is: CSV with a head (RFC 4180; a byte order mark, either kind of line
 * end, line breaks within quotes), a JSON array of objects, or an object a line. What cannot be read is said, row by row, and
 * where the file breaks off altogether it ends with such a row.
 */
export async function* readRows(bytes: Bytes): AsyncGenerator<SourceRow | UnreadableRow> {
  const { first, rest } = await peek(bytes);
  yield* /^[[{]/.test(first) ? readJson(rest) : readCsv(rest);
}

type CsvRecord = { record: Record<string, string>; info: { error?: unknown; bytes: number } };

async function* readCsv(text: AsyncIterable<string>): AsyncGenerator<SourceRow | UnreadableRow> {
  let [row, upTo] = [0, 0];
  const parser = parse({
    columns: (head: string[]) => head.slice(0, MAX_COLUMNS).map((name) => name.trim()),
    record_delimiter: ["\r\n", "\n"],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW_CHARS,
    info: true,
  });
  const records = Readable.from(text, { objectMode: false }).pipe(parser);
  try {
    // Typed as any by csv-parse; `columns` and `info` make it this.
    for await (const { record, info } of records as AsyncIterable<CsvRecord>) {
      upTo = info.bytes;
      yield info.error ? { row: ++row, unreadable: true, upTo } : { row: ++row, values: record, isCsv: true, upTo };
    }
  } catch {
    yield { row: ++row, unreadable: true, upTo };
  }
}

async function* readJson(text: AsyncIterable<string>): AsyncGenerator<SourceRow | UnreadableRow> {
  let row = 0;
  for await (const { object, upTo } of objectsIn(text)) {
    row++;
    const values = object === null ? null : parsed(object);
    yield values ? { row, values, isCsv: false, upTo } : { row, unreadable: true, upTo };
    if (object === null) return;
  }
}

/** The text of each outermost object, in an array or not; null where something stands that is none, or one does not end. */
async function* objectsIn(text: AsyncIterable<string>): AsyncGenerator<{ object: string | null; upTo: number }> {
  let read = 0;
  let [object, depth, inString, escaped] = ["", 0, false, false];
  for await (const chunk of text) {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const char = chunk[at] ?? "";
      if (inString) {
        if (escaped) escaped = false;
        else if (char === "\\") escaped = true;
        else if (char === '"') inString = false;
      } else if (depth === 0) {
        if (char === "{") [depth, from] = [1, at];
        else if (!/[\s,[\]]/.test(char)) return yield { object: null, upTo: read + at };
      } else if (char === '"') inString = true;
      else if (char === "{" || char === "[") depth++;
      else if (char === "}" || char === "]") {
        depth--;
        if (depth > 0) continue;
        yield { object: object + chunk.slice(from, at + 1), upTo: read + at + 1 };
        object = "";
      }
    }
    if (depth > 0) object += chunk.slice(from);
    read += chunk.length;
    if (object.length > MAX_ROW_CHARS) return yield { object: null, upTo: read };
  }
  if (depth > 0) yield { object: null, upTo: read };
}

function parsed(object: string): Record<string, unknown> | null {
  try {
    return JSON.parse(object);
  } catch {
    return null;
  }
}

/** The first character that counts, and the whole text from its beginning, decoded as UTF-8. */
async function peek(bytes: Bytes): Promise<{ first: string; rest: AsyncIterable<string> }> {
  const decoded = decode(bytes);
  const begun: string[] = [];
  let first = "";
  while (first === "") {
    const { done, value } = await decoded.next();
    if (done) break;
    begun.push(value);
    first = value.trimStart().slice(0, 1);
  }
  return {
    first,
    rest: (async function* () {
      yield* begun;
      yield* decoded;
    })(),
  };
}

/** Drops the byte order mark, as TextDecoder does by itself. */
async function* decode(bytes: Bytes): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}
