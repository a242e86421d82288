import { z } from "zod";

/** Where a page ended: the value of the sorted column and the id that settles ties. Opaque to everybody else. */
export interface Cursor {
  value: string;
  id: string;
}

/** A cursor as it stands in an address; anything that was not made by `encodeCursor` is refused as bad input. */
export const cursorSchema = z
  .string()
  .max(1_000)
  .transform((text, context): Cursor => {
    const parsed = z.tuple([z.string().max(500), z.uuid().toLowerCase()]).safeParse(parse(text));
    if (parsed.success && !/\p{Cc}|\p{Cs}/u.test(parsed.data[0])) return { value: parsed.data[0], id: parsed.data[1] };
    context.addIssue({ code: "custom", message: "cursor" });
    return z.NEVER;
  });

/** A cursor as it stands in an address; `cursorSchema` reads it again. */
export function encodeCursor({ value, id }: Cursor): string {
  return Buffer.from(JSON.stringify([value, id])).toString("base64url");
}

/** Beyond it PostgreSQL and JavaScript do not mean the same by a date, or one of them means none. */
const END_OF_DATES = Date.UTC(10_000, 0);

/** The date in a cursor, null when it is none that `page` put there: another form, or out of the years 1970 to 9999. */
export function cursorDate(value: string): Date | null {
  const date = new Date(value);
  const time = date.getTime();
  return time >= 0 && time < END_OF_DATES && date.toISOString() === value ? date : null;
}

/** The whole number in a cursor, null when it is none that `page` put there, or more than PostgreSQL counts to. */
export function cursorNumber(value: string): bigint | null {
  return /^\d{1,18}$/.test(value) ? BigInt(value) : null;
}

/**
 * The Prisma `where` of the page after `cursor`: rows beyond it in the order of (column, id), all of them when `read` finds
 * no value in it. Its cost is the same at any depth, where OFFSET reads everything it skips.
 */
export function after<Column extends string>(
  column: Column,
  direction: "asc" | "desc",
  cursor: Cursor,
  read: (value: string) => string | Date | bigint | null = (value) => value,
) {
  const [beyond, bound] = direction === "asc" ? ["gt", "gte"] : ["lt", "lte"];
  const value = read(cursor.value);
  if (value === null) return {};
  // The first half says nothing new, and is what an index can begin at: an OR alone is a filter over everything before.
  return { [column]: { [bound]: value }, OR: [{ [column]: { [beyond]: value } }, { [column]: value, id: { [beyond]: cursor.id } }] };
}

/** Splits `limit + 1` rows into a page and the cursor of the next one, null at the end. */
export function page<Row extends { id: string }>(
  rows: Row[],
  limit: number,
  sortedBy: (row: Row) => string | Date | bigint,
): { rows: Row[]; next: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  if (rows.length <= limit || !last) return { rows: shown, next: null };
  const value = sortedBy(last);
  return { rows: shown, next: encodeCursor({ value: value instanceof Date ? value.toISOString() : String(value), id: last.id }) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch {
    return null;
  }
}
