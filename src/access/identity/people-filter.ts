import { z } from "zod";
import { day, dayText, unset, withinDays } from "@/lib/query-string";
import { line } from "@/lib/text";

export const STATUSES = ["ok", "unverified", "incomplete", "banned", "leaving"] as const;

/** Which people are meant, as it stands in an address: of the table, of what is done to all of them at once, of an export. */
export const peopleFilterShape = {
  q: line(100).optional(),
  role: unset.or(z.enum(["MEMBER", "ADMIN"])).optional(),
  status: unset.or(z.enum(STATUSES)).optional(),
  factor: unset.or(z.enum(["on", "off"])).optional(),
  /** The id of a provider, or "password". */
  way: unset.or(z.string().regex(/^[a-z0-9-]{1,40}$/)).optional(),
  createdFrom: unset.or(day).optional(),
  createdTo: unset.or(day).optional(),
  seenFrom: unset.or(day).optional(),
  seenTo: unset.or(day).optional(),
};
export const peopleFilterSchema = z.strictObject(peopleFilterShape);
export type PeopleFilter = z.output<typeof peopleFilterSchema>;

/** The filter as text, from which `peopleFilterSchema` reads the same one again; what it does not ask for is left out. */
export function filterText(filter: PeopleFilter): Record<string, string> {
  const { q, role, status, factor, way, createdFrom, createdTo, seenFrom, seenTo } = filter;
  const days = { createdFrom, createdTo, seenFrom, seenTo };
  const all = { q, role, status, factor, way, ...Object.fromEntries(Object.entries(days).map(([name, date]) => [name, dayText(date)])) };
  return Object.fromEntries(Object.entries(all).filter((pair): pair is [string, string] => Boolean(pair[1])));
}

/** The Prisma `where` of the people who are meant; of what the reader may see, `accessibleBy` decides. */
export function matchingPeople(filter: PeopleFilter) {
  const { q } = filter;
  return { AND: [{ deletedAt: null }, ...(q ? [found(q)] : []), ...conditions(filter)] };
}

/** Three letters and more can use the trigram index anywhere in the text; fewer match its beginning; an id is whole. */
function found(q: string) {
  const id = q.trim().toLowerCase();
  if (z.uuid().safeParse(id).success) return { id };
  return { OR: [{ name: like(q) }, { email: like(q) }] };
}

function conditions({ role, status, factor, way, createdFrom, createdTo, seenFrom, seenTo }: PeopleFilter) {
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

function like(q: string) {
  // Prisma hands these to ILIKE as they are, where % and _ stand for anything.
  const literal = q.replace(/[\\%_]/g, "\\$&");
  return [...q].length < 3 ? { startsWith: literal, mode: "insensitive" as const } : { contains: literal, mode: "insensitive" as const };
}
