import "server-only";
import type { Entry } from "@/access/entry";
import { isBannedNow } from "@/access/identity/credentials";
import { accessibleBy } from "@/access/rules";
import { db } from "@/lib/db";
import { after, cursorDate, page } from "@/lib/keyset";
import { withinDays } from "@/lib/query-string";
import { type PeopleQuery, personIdSchema } from "./schema";

export const PEOPLE_PAGE_SIZE = 50;
/** Counting further costs more than knowing is worth. */
export const COUNTED_EXACTLY = 10_000;

const COLUMNS = { created: "createdAt", seen: "lastSeenAt", name: "name", email: "email" } as const;

/**
 * A page of people, the cursor of the next, and how many match: exactly up to COUNTED_EXACTLY, beyond it `estimate` for
 * everybody, by PostgreSQL's statistics, and for a part only that there are more.
 */
export async function listPeople(entry: Entry, query: PeopleQuery) {
  const { q, sort, dir, cursor } = query;
  const column = COLUMNS[sort];
  const direction = dir ?? defaultDirection(sort);
  const asDate = column === "createdAt" || column === "lastSeenAt";
  const allowed = accessibleBy(entry.ability).ofType("User");
  const matching = { AND: [{ deletedAt: null }, ...(q ? [found(q)] : []), ...filters(query)] };
  const from = cursor ? after(column, direction, cursor, asDate ? (value) => cursorDate(value) ?? new Date(0) : undefined) : {};
  const [rows, total] = await Promise.all([
    db().user.findMany({
      where: { AND: [allowed, matching, from] },
      select: {
        id: true,
        name: true,
        email: true,
        image: true,
        role: true,
        createdAt: true,
        lastSeenAt: true,
        bannedAt: true,
        bannedUntil: true,
      },
      orderBy: [{ [column]: direction }, { id: direction }],
      take: PEOPLE_PAGE_SIZE + 1,
    }),
    db().user.count({ where: { AND: [allowed, matching] }, take: COUNTED_EXACTLY + 1 }),
  ]);
  const isEverybody = matching.AND.length === 1 && entry.ability.can("read", "Dashboard");
  const estimate = total > COUNTED_EXACTLY && isEverybody ? await estimatePeople(entry) : null;
  const people = rows.map(({ bannedAt, bannedUntil, ...row }) => ({ ...row, banned: isBannedNow({ bannedAt, bannedUntil }) }));
  return { ...page(people, PEOPLE_PAGE_SIZE, (row) => row[column]), total, estimate };
}

/** What PostgreSQL noted when it last looked over the table; null while it has not. */
async function estimatePeople(entry: Entry): Promise<number | null> {
  if (!entry.ability.can("read", "Dashboard")) return null;
  const rows = await db().$queryRaw<{ rows: number }[]>`SELECT reltuples::float8 AS rows FROM pg_class WHERE oid = '"User"'::regclass`;
  const estimate = Math.round(rows[0]?.rows ?? 0);
  return estimate > COUNTED_EXACTLY ? estimate : null;
}

/** Three letters and more can use the trigram index anywhere in the text; fewer match its beginning; an id is whole. */
function found(q: string) {
  const id = q.trim().toLowerCase();
  if (personIdSchema.safeParse(id).success) return { id };
  return { OR: [{ name: like(q) }, { email: like(q) }] };
}

function filters({ role, status, factor, way, createdFrom, createdTo, seenFrom, seenTo }: PeopleQuery) {
  const now = new Date();
  const bannedNow = { bannedAt: { not: null }, OR: [{ bannedUntil: null }, { bannedUntil: { gt: now } }] };
  const standing = {
    ok: { emailVerified: { not: null }, profileComplete: true, deleteAfter: null, NOT: bannedNow },
    unverified: { emailVerified: null },
    incomplete: { profileComplete: false },
    banned: bannedNow,
    leaving: { deleteAfter: { not: null } },
  };
  return [
    ...(role ? [{ role }] : []),
    ...(status ? [standing[status]] : []),
    ...(factor ? [{ secondFactor: factor === "on" }] : []),
    ...(way === "password" ? [{ password: { isNot: null } }] : way ? [{ accounts: { some: { provider: way } } }] : []),
    ...(createdFrom || createdTo ? [{ createdAt: withinDays(createdFrom, createdTo) }] : []),
    ...(seenFrom || seenTo ? [{ lastSeenAt: withinDays(seenFrom, seenTo) }] : []),
  ];
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
  return person && { ...person, banned: isBannedNow(person) };
}

/** Dates begin with the latest, words with A. */
export function defaultDirection(sort: PeopleQuery["sort"]): "asc" | "desc" {
  return sort === "created" || sort === "seen" ? "desc" : "asc";
}

function like(q: string) {
  // Prisma hands these to ILIKE as they are, where % and _ stand for anything.
  const literal = q.replace(/[\\%_]/g, "\\$&");
  return [...q].length < 3 ? { startsWith: literal, mode: "insensitive" as const } : { contains: literal, mode: "insensitive" as const };
}
