import "server-only";
import { z } from "zod";
import type { Entry } from "@/access/entry";
import { matchingPeople } from "@/access/identity/people-filter";
import { accessibleBy } from "@/access/rules";
import { db } from "@/lib/db";
import { emailSchema, normaliseEmail } from "@/lib/email";

/** More than these are a search to be made narrower, not a list to read. */
export const CHOICES = 8;

const PERSON = { id: true, name: true, email: true, deletedAt: true } as const;

export type Found = Awaited<ReturnType<typeof findWho>>;

/**
 * Whom the text of the filter means: an id whatever it is of, for events outlive whoever they are about; whoever has the address;
 * or the one person whose name or address has it in it. Where several have, or an address is nobody's, `id` is null and `people`
 * are those to choose from, the newest first. Two queries at most, each as the list of people asks its own (docs/decisions/0022).
 */
export async function findWho(entry: Entry, text: string) {
  const found = { people: [] as { id: string; name: string; email: string; deletedAt: Date | null }[], isMore: false };
  const isId = isUuid(text);
  const where = isId ? { id: text.toLowerCase() } : { email: normaliseEmail(text) };
  const person = await db().user.findFirst({ where: { AND: [accessibleBy(entry.ability).ofType("User"), where] }, select: PERSON });
  if (person) return { ...found, id: person.id, people: [person] };
  if (isId) return { ...found, id: text.toLowerCase() };
  const people = await db().user.findMany({
    where: { AND: [accessibleBy(entry.ability).ofType("User"), matchingPeople({ q: text })] },
    select: PERSON,
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: CHOICES + 1,
  });
  const [only, ...others] = people;
  // Of an address that is somebody else's by a letter, nobody may be taken for who was meant.
  const isMeant = only !== undefined && others.length === 0 && !emailSchema.safeParse(text).success;
  return { id: isMeant ? only.id : null, people: people.slice(0, CHOICES), isMore: people.length > CHOICES };
}

/** The id that is meant; null for nobody, and for several. */
export async function idOf(entry: Entry, text: string): Promise<string | null> {
  return isUuid(text) ? text.toLowerCase() : (await findWho(entry, text)).id;
}

function isUuid(text: string): boolean {
  return z.uuid().safeParse(text).success;
}
