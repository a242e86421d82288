import { z } from "zod";
import { day, dayText, unset, withinDays } from "@/lib/query-string";
import { folded, inLowerCase, line } from "@/lib/text";

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
  return { AND: [{ deletedAt: null }, ...(q ? [found(q)] : []), ...conditions(filter), ...wayIn(filter)] };
}

/** The people who are meant among the sample: one in 128, whoever they are. */
export function sampledMatching(filter: PeopleFilter) {
  const { q, way, ...rest } = filter;
  // The index of the sample has no ids from elsewhere, and one person more is nothing to an estimate.
  const words = q ? [found(q, false)] : [];
  return { AND: [...matchingPeople(rest).AND, ...words, { sampled: true }, ...wayIn({ way }, { sampled: true })] };
}

/**
 * The same people in parts that have nobody in common: each can be counted in one index, where those whose name or address
 * begins with a letter would have to be read.
 */
export function partsOfMatching(filter: PeopleFilter) {
  return shortParts(filter, "nameFolded") ?? [{ by: orderOf(filter), where: matchingPeople(filter) }];
}

/** Of a search of one letter or two, those whose name (or address) begins with it, then the others whose address (or name) does; null for any other. */
export function shortParts({ q, ...rest }: PeopleFilter, first: "nameFolded" | "emailLower") {
  if (!q || !isShort(q)) return null;
  const { byName, byEmail } = places(q);
  const { AND } = matchingPeople(rest);
  const [name, email] = [
    { by: "nameFolded" as const, begins: byName },
    { by: "emailLower" as const, begins: byEmail },
  ];
  const [one, other] = first === "nameFolded" ? [name, email] : [email, name];
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

/**
 * An id is whole, ours or the one somebody had where they were imported from. Three letters and more may stand anywhere in an
 * address, and each word of them anywhere in a name, in whatever order; what is shorter stands where the text, or one of several words
 * of a name, begins. Each is found by a trigram index.
 */
function found(q: string, fromElsewhere = true) {
  const text = q.trim();
  const former = fromElsewhere ? [{ externalId: text }] : [];
  const id = text.toLowerCase();
  if (z.uuid().safeParse(id).success) return { OR: [{ id }, ...former] };
  const { byName, byEmail } = places(q);
  // In no address is a space: to look for one, PostgreSQL would read everybody at a common domain.
  return { OR: /\s/.test(text) ? [byName] : [byName, byEmail, ...former] };
}

function places(q: string) {
  const short = isShort(q);
  const words = short ? [wordsOf(q).join(" ")] : wordsOf(q);
  return {
    byName: { AND: words.map((word) => ({ nameFolded: like(short || lettersIn(word) < 3 ? ` ${word}` : word, short) })) },
    byEmail: { emailLower: like(inLowerCase(q), short) },
  };
}

function like(text: string, begins: boolean): { startsWith: string } | { contains: string } {
  // Prisma hands these to LIKE as they are, where % and _ stand for anything.
  const literal = text.replace(/[\\%_]/g, "\\$&");
  return begins ? { startsWith: literal } : { contains: literal };
}

/** Whether a search has fewer than three letters and digits, or only single ones: it finds what begins with it. */
export function isShort(q: string): boolean {
  return lettersIn(q) < 3 || wordsOf(q).every((word) => lettersIn(word) < 2);
}

function lettersIn(q: string): number {
  return (folded(q).match(/[\p{L}\p{N}]/gu) ?? []).length;
}

/** Of a sign that is no letter without its accent, the sign. */
function wordsOf(q: string): string[] {
  const words = folded(q).split(/\s+/).filter(Boolean);
  return words.length > 0 ? words : [inLowerCase(q)];
}

function conditions({ role, status, factor, createdFrom, createdTo, seenFrom, seenTo }: PeopleFilter) {
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
    ...(createdFrom || createdTo ? [{ createdAt: withinDays(createdFrom, createdTo) }] : []),
    ...(seenFrom || seenTo ? [{ lastSeenAt: { gt: NEVER_SEEN, ...withinDays(seenFrom, seenTo) } }] : []),
  ];
}

function wayIn({ way }: PeopleFilter, only?: { sampled: true }) {
  if (way === "password") return [{ password: only ? { is: only } : { isNot: null } }];
  return way ? [{ accounts: { some: { provider: way, ...only } } }] : [];
}
