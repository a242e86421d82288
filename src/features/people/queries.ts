import "server-only";
import type { Entry } from "@/access/entry";
import { isBannedNow } from "@/access/identity/credentials";
import { matchingPeople, type PeopleFilter, partsOfMatching, seenAt, shortParts } from "@/access/identity/people-filter";
import { accessibleBy } from "@/access/rules";
import { db } from "@/lib/db";
import { after, cursorDate, page } from "@/lib/keyset";
import type { PeopleQuery } from "./schema";

export const PEOPLE_PAGE_SIZE = 50;
/** Counting further costs more than knowing is worth. */
export const COUNTED_EXACTLY = 10_000;

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

/**
 * A page of people, the cursor of the next, and how many match: exactly up to COUNTED_EXACTLY, beyond it `estimate` for
 * everybody, by PostgreSQL's statistics, and for a part only that there are more.
 */
export async function listPeople(entry: Entry, query: PeopleQuery) {
  const { sort, dir, cursor: _, ...filter } = query;
  const parts = sort === "name" || sort === "email" ? shortParts(filter, `${sort}Lower`) : null;
  const [{ rows, next }, total] = await Promise.all([
    parts ? pageOfParts(entry, query, parts) : pageOfAll(entry, query),
    countPeople(entry, filter),
  ]);
  const isEverybody = matchingPeople(filter).AND.length === 1 && entry.ability.can("read", "Dashboard");
  const estimate = total > COUNTED_EXACTLY && isEverybody ? await estimatePeople(entry) : null;
  const people = rows.map(({ bannedAt, bannedUntil, ...row }) => ({
    ...row,
    lastSeenAt: seenAt(row.lastSeenAt),
    banned: isBannedNow({ bannedAt, bannedUntil }),
  }));
  return { rows: people, next, total, estimate };
}

async function pageOfAll(entry: Entry, { sort, dir, cursor, ...filter }: PeopleQuery) {
  const column = COLUMNS[sort];
  const direction = dir ?? defaultDirection(sort);
  const asDate = column === "createdAt" || column === "lastSeenAt";
  const from = cursor ? after(column, direction, cursor, asDate ? (value) => cursorDate(value) ?? new Date(0) : undefined) : {};
  const rows = await db().user.findMany({
    where: { AND: [accessibleBy(entry.ability).ofType("User"), matchingPeople(filter), from] },
    select: LISTED,
    orderBy: [{ [column]: direction }, { id: direction }],
    take: PEOPLE_PAGE_SIZE + 1,
  });
  return page(rows, PEOPLE_PAGE_SIZE, (row) => row[column]);
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
      select: { ...LISTED, nameLower: true, emailLower: true },
      orderBy: [{ [by]: direction }, { id: direction }],
      take: PEOPLE_PAGE_SIZE + 1 - found.length,
    });
    for (const { nameLower, emailLower, ...row } of rows)
      found.push({ ...row, place: `${index}${by === "nameLower" ? nameLower : emailLower}` });
  }
  const { rows, next } = page(found, PEOPLE_PAGE_SIZE, ({ place }) => place);
  return { rows: rows.map(({ place: _, ...row }) => row), next };
}

/** How many match, exactly up to COUNTED_EXACTLY; beyond it one more. By one query, or two that count nobody twice. */
async function countPeople(entry: Entry, filter: PeopleFilter): Promise<number> {
  const counts = await Promise.all(
    partsOfMatching(filter).map(({ where, by }) =>
      db().user.count({
        where: { AND: [accessibleBy(entry.ability).ofType("User"), where] },
        // Without an order Prisma takes that of the ids, in which a count of what is frequent reads most of the table.
        orderBy: by === "createdAt" || by === "lastSeenAt" ? [{ [by]: "desc" }, { id: "desc" }] : { [by]: "asc" },
        take: COUNTED_EXACTLY + 1,
      }),
    ),
  );
  return Math.min(
    counts.reduce((sum, count) => sum + count, 0),
    COUNTED_EXACTLY + 1,
  );
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

/** What PostgreSQL noted when it last looked over the table; null while it has not. */
async function estimatePeople(entry: Entry): Promise<number | null> {
  if (!entry.ability.can("read", "Dashboard")) return null;
  const rows = await db().$queryRaw<{ rows: number }[]>`SELECT reltuples::float8 AS rows FROM pg_class WHERE oid = '"User"'::regclass`;
  const estimate = Math.round(rows[0]?.rows ?? 0);
  return estimate > COUNTED_EXACTLY ? estimate : null;
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
