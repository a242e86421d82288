import { csvLine } from "@/lib/csv";

/*
 * Foyer's own format of people, written by the export and read by the import: docs/guides/people-export.md. A column of one is a
 * property of the other, and neither loses anything.
 */

/** The columns in their order; the last only where password hashes were asked for. */
export const PEOPLE_COLUMNS = [
  "id",
  "externalId",
  "email",
  "emailVerified",
  "name",
  "image",
  "role",
  "city",
  "interests",
  "bio",
  "locale",
  "theme",
  "createdAt",
  "lastSeenAt",
  "bannedAt",
  "bannedUntil",
  "banReason",
  "publicMetadata",
  "privateMetadata",
  "unsafeMetadata",
  "providers",
  "passwordHash",
] as const;
export type PeopleColumn = (typeof PEOPLE_COLUMNS)[number];
/** What has parts, and is JSON in a cell of CSV. */
const STRUCTURED: ReadonlySet<PeopleColumn> = new Set(["interests", "publicMetadata", "privateMetadata", "unsafeMetadata", "providers"]);
/** A person as they are written: lists, metadata and providers as themselves. */
export type PersonRecord = Partial<Record<PeopleColumn, unknown>>;

export function columnsOf(hashes: boolean): readonly PeopleColumn[] {
  return hashes ? PEOPLE_COLUMNS : PEOPLE_COLUMNS.filter((name) => name !== "passwordHash");
}

/** The first line of a CSV. */
export function csvHead(columns: readonly PeopleColumn[]): string {
  return csvLine([...columns]);
}

/** A person as a line of CSV: none is an empty cell, a moment is ISO 8601, what has parts is JSON. */
export function csvOf(columns: readonly PeopleColumn[], person: PersonRecord): string {
  return csvLine(columns.map((name) => cellOf(name, person[name] ?? null)));
}

/** A person as a line of JSON. */
export function jsonOf(columns: readonly PeopleColumn[], person: PersonRecord): string {
  return `${JSON.stringify(Object.fromEntries(columns.map((name) => [name, person[name] ?? null])))}\n`;
}

function cellOf(name: PeopleColumn, value: unknown): string | null {
  if (STRUCTURED.has(name)) return JSON.stringify(value);
  return value === null ? null : value instanceof Date ? value.toISOString() : String(value);
}
