import { z } from "zod";
import { day, dayText, unset, withinDays } from "@/lib/query-string";
import { line } from "@/lib/text";

export const STATUSES = ["ok", "unverified", "incomplete", "banned", "leaving", "unseen"] as const;

/**
 * What `lastSeenAt` says of somebody who has not been here yet: before any other moment rather than none, so that one index has
 * the order of everybody.
 */
export const NEVER_SEEN = new Date(0);

/** When somebody was last here; null for never. */
export function seenAt(lastSeenAt: Date): Date | null {
  return lastSeenAt > NEVER_SEEN ? lastSeenAt : null;
}

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

/**
 * The same people in parts that have nobody in common: each can be counted in one index, where those whose name or address
 * begins with a letter would have to be read.
 */
export function partsOfMatching(filter: PeopleFilter) {
  return shortParts(filter, "nameLower") ?? [{ by: orderOf(filter), where: matchingPeople(filter) }];
}

/** Of a search of one letter or two, those whose name (or address) begins with it, then the others whose address (or name) does; null for any other. */
export function shortParts({ q, ...rest }: PeopleFilter, first: "nameLower" | "emailLower") {
  if (!q || !isShort(q)) return null;
  const { byName, byEmail } = places(q);
  const { AND } = matchingPeople(rest);
  const [name, email] = [
    { by: "nameLower" as const, begins: byName },
    { by: "emailLower" as const, begins: byEmail },
  ];
  const [one, other] = first === "nameLower" ? [name, email] : [email, name];
  return [
    { by: one.by, where: { AND: [...AND, one.begins] } },
    { by: other.by, where: { AND: [...AND, other.begins, { NOT: one.begins }] } },
  ];
}

/** The order whose index finds them soonest. */
function orderOf(filter: PeopleFilter): "lastSeenAt" | "id" | "createdAt" {
  if (filter.seenFrom || filter.seenTo || filter.status === "unseen") return "lastSeenAt";
  // Passwords and accounts are in the order of whom they belong to.
  return Object.keys(filterText(filter)).join() === "way" ? "id" : "createdAt";
}

/** Three letters and more can use the trigram index anywhere in the text; fewer match its beginning; an id is whole. */
function found(q: string) {
  const id = q.trim().toLowerCase();
  if (z.uuid().safeParse(id).success) return { id };
  const { byName, byEmail } = places(q);
  return { OR: [byName, byEmail] };
}

function places(q: string) {
  return { byName: { nameLower: like(q) }, byEmail: { emailLower: like(q) } };
}

function isShort(q: string): boolean {
  return [...q].length < 3;
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
    unseen: { lastSeenAt: NEVER_SEEN },
  };
  return [
    ...(role ? [{ role }] : []),
    ...(status ? [standing[status]] : []),
    ...(factor ? [{ secondFactor: factor === "on" }] : []),
    ...(way === "password" ? [{ password: { isNot: null } }] : way ? [{ accounts: { some: { provider: way } } }] : []),
    ...(createdFrom || createdTo ? [{ createdAt: withinDays(createdFrom, createdTo) }] : []),
    ...(seenFrom || seenTo ? [{ lastSeenAt: { gt: NEVER_SEEN, ...withinDays(seenFrom, seenTo) } }] : []),
  ];
}

function like(q: string) {
  // Letter by letter and one for one, as PostgreSQL does: JavaScript makes two of İ, and of Σ another one at the end of a word.
  const lower = [...q].map((char) => [...char.toLowerCase()][0] ?? "").join("");
  // Prisma hands these to LIKE as they are, where % and _ stand for anything.
  const literal = lower.replace(/[\\%_]/g, "\\$&");
  return isShort(q) ? { startsWith: literal } : { contains: literal };
}
