import "server-only";
import type { Entry } from "@/access/entry";
import { isBannedNow } from "@/access/identity/bans";
import { matchingPeople, seenAt, shortParts } from "@/access/identity/people-filter";
import { accessibleBy } from "@/access/rules";
import { db } from "@/lib/db";
import { after, cursorDate, page } from "@/lib/keyset";
import type { Total } from "@/lib/total";
import type { PeopleQuery } from "./schema";
import { totalOf } from "./total";

export const PEOPLE_PAGE_SIZE = 50;
/** Beyond, more than one in twenty of a million, the order of all names is the sooner way to a page. */
const SORTED_AT_MOST = 50_000;

const LISTED = {
  id: true,
  name: true,
  email: true,
  image: true,
  role: true,
  createdAt: true,
  lastSeenAt: true,
  bannedAt: true,
  bannedUntil: true,
  emailVerified: true,
  profileComplete: true,
  deleteAfter: true,
  secondFactor: true,
} as const;
const COLUMNS = { created: "createdAt", seen: "lastSeenAt", name: "name", email: "email" } as const;

/** A page of people, the cursor of the next, and how many match or, of many, about how many. */
export async function listPeople(entry: Entry, query: PeopleQuery) {
  const { sort, dir, cursor: _, ...filter } = query;
  const parts = sort === "name" || sort === "email" ? shortParts(filter, sort === "name" ? "nameFolded" : "emailLower") : null;
  const counted = totalOf(entry, filter);
  const [{ rows, next }, total] = await Promise.all([parts ? pageOfParts(entry, query, parts) : pageOfAll(entry, query, counted), counted]);
  const people = rows.map(({ bannedAt, bannedUntil, ...row }) => ({
    ...row,
    lastSeenAt: seenAt(row.lastSeenAt),
    banned: isBannedNow({ bannedAt, bannedUntil }),
  }));
  return { rows: people, next, ...total };
}

async function pageOfAll(entry: Entry, query: PeopleQuery, counted: Promise<Total>) {
  const { sort, dir, cursor, ...filter } = query;
  const column = COLUMNS[sort];
  const direction = dir ?? defaultDirection(sort);
  const asDate = column === "createdAt" || column === "lastSeenAt";
  const from = cursor ? after(column, direction, cursor, asDate ? (value) => cursorDate(value) ?? new Date(0) : undefined) : {};
  // A column that is null in all of them changes nothing of their order, and no index has it so: they are found first, then sorted.
  const sorted = (await isSorted(query, counted)) ? [{ deletedAt: { sort: "asc", nulls: "first" } as const }] : [];
  const rows = await db().user.findMany({
    where: { AND: [accessibleBy(entry.ability).ofType("User"), matchingPeople(filter), from] },
    select: LISTED,
    orderBy: [...sorted, { [column]: direction }, { id: direction }],
    take: PEOPLE_PAGE_SIZE + 1,
  });
  return page(rows, PEOPLE_PAGE_SIZE, (row) => row[column]);
}

/**
 * Whether those who match a search are few enough to be sorted by name or address. PostgreSQL takes them for strewn evenly over that
 * order, and walks through it until a page is full; but whoever is called alike stands together. Of a million it walked past 688,000 for
 * some thousand Marias, in four to six seconds; to find and sort those takes ten to fifteen milliseconds.
 */
async function isSorted({ q, sort }: PeopleQuery, counted: Promise<Total>): Promise<boolean> {
  return Boolean(q) && (sort === "name" || sort === "email") && (await counted).total <= SORTED_AT_MOST;
}

/**
 * What begins with one letter or two, in the order of words: the names that do, then the other addresses that do, or the other way
 * round. Each in the index of what is looked for: in the order of all names, those whose address alone fits may be a million apart.
 */
async function pageOfParts(entry: Entry, { sort, dir, cursor }: PeopleQuery, parts: NonNullable<ReturnType<typeof shortParts>>) {
  const direction = dir ?? defaultDirection(sort);
  const begun = cursor?.value.startsWith("1") ? 1 : 0;
  const found: (Awaited<ReturnType<typeof pageOfAll>>["rows"][number] & { place: string })[] = [];
  for (const [index, { by, where }] of parts.entries()) {
    if (index < begun || found.length > PEOPLE_PAGE_SIZE) continue;
    const from = cursor && index === begun ? after(by, direction, cursor, (value) => value.slice(1)) : {};
    const rows = await db().user.findMany({
      where: { AND: [accessibleBy(entry.ability).ofType("User"), where, from] },
      select: { ...LISTED, nameFolded: true, emailLower: true },
      orderBy: [{ [by]: direction }, { id: direction }],
      take: PEOPLE_PAGE_SIZE + 1 - found.length,
    });
    for (const { nameFolded, emailLower, ...row } of rows)
      found.push({ ...row, place: `${index}${by === "nameFolded" ? nameFolded : emailLower}` });
  }
  const { rows, next } = page(found, PEOPLE_PAGE_SIZE, ({ place }) => place);
  return { rows: rows.map(({ place: _, ...row }) => row), next };
}

/** By which ways these people come in: their providers, and "password". Of people the reader may not see, nothing. */
export async function waysInOf(entry: Entry, ids: string[]): Promise<Map<string, string[]>> {
  const people = await db().user.findMany({
    where: { AND: [accessibleBy(entry.ability).ofType("User"), { id: { in: ids } }] },
    select: { id: true, password: { select: { userId: true } }, accounts: { select: { provider: true }, orderBy: { createdAt: "asc" } } },
  });
  return new Map(
    people.map(({ id, password, accounts }) => [id, [...(password ? ["password"] : []), ...accounts.map(({ provider }) => provider)]]),
  );
}

/**
 * Everything the dashboard shows of one person: identity, standing and ways in, of which only that there are any. Null for
 * somebody who is not there, is deleted, or may not be seen.
 */
export async function getPerson(entry: Entry, id: string) {
  const person = await db().user.findFirst({
    where: { AND: [accessibleBy(entry.ability).ofType("User"), { id, deletedAt: null }] },
    select: {
      id: true,
      externalId: true,
      name: true,
      email: true,
      emailVerified: true,
      image: true,
      role: true,
      city: true,
      interests: true,
      bio: true,
      profileComplete: true,
      createdAt: true,
      lastSeenAt: true,
      bannedAt: true,
      bannedUntil: true,
      banReason: true,
      deleteAfter: true,
      password: { select: { updatedAt: true } },
      accounts: { select: { provider: true, createdAt: true }, orderBy: { createdAt: "asc" } },
      totp: { select: { confirmedAt: true } },
      _count: { select: { passkeys: true, recoveryCodes: { where: { usedAt: null } } } },
    },
  });
  return person && { ...person, lastSeenAt: seenAt(person.lastSeenAt), banned: isBannedNow(person) };
}

/** Dates begin with the latest, words with A. */
export function defaultDirection(sort: PeopleQuery["sort"]): "asc" | "desc" {
  return sort === "created" || sort === "seen" ? "desc" : "asc";
}
