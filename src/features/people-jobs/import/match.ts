import { PERSON_COLUMNS } from "@/access/identity/person-columns";
import type { Transaction } from "@/lib/db";
import type { ImportedPerson } from "./person";

const KNOWN = {
  ...PERSON_COLUMNS,
  providerImage: true,
  externalId: true,
  profileComplete: true,
  deletedAt: true,
  privateMetadata: true,
} as const;

/** What somebody has here, of which no query tells more. */
interface Held {
  hasPassword: boolean;
  hasTotp: boolean;
  hasSignedIn: boolean;
}
export type Known = Awaited<ReturnType<typeof findKnown>>[number];

/** Everybody here whom a batch may be about, and who holds what it brings. */
export interface Neighbours {
  byId: Map<string, Known>;
  byExternalId: Map<string, Known>;
  byEmail: Map<string, Known>;
  /** The id of whom a provider's account leads to, by `providerKey`. */
  byProvider: Map<string, string>;
  /** Ids whose rows are gone for good: no process takes them for anybody any more. */
  gone: Set<string>;
}

/**
 * Looks up in five queries, whatever the size of the batch, whom its people may be. `lock` holds their rows until the
 * transaction ends, in one order, so that what is decided stays true.
 */
export async function findNeighbours(tx: Transaction, people: ImportedPerson[], { lock }: { lock: boolean }): Promise<Neighbours> {
  const ids = people.flatMap(({ id }) => id ?? []);
  const externalIds = people.flatMap(({ externalId }) => externalId ?? []);
  const emails = people.map(({ email }) => email);
  if (lock)
    await tx.$queryRaw`SELECT 1 FROM "User" WHERE "id" = ANY(${ids}::uuid[]) OR "externalId" = ANY(${externalIds}) OR "email" = ANY(${emails})
      ORDER BY "id" FOR UPDATE`;
  const known = await findKnown(tx, { ids, externalIds, emails });
  const gone = ids.length > 0 ? await tx.tombstone.findMany({ where: { userId: { in: ids } }, select: { userId: true } }) : [];
  return {
    byId: new Map(known.map((one) => [one.id, one])),
    byExternalId: new Map(known.flatMap((one) => (one.externalId ? [[one.externalId, one]] : []))),
    byEmail: new Map(known.map((one) => [one.email, one])),
    byProvider: await findProviders(tx, people),
    gone: new Set(gone.map(({ userId }) => userId)),
  };
}

/** One way in through a provider, as a text. */
export function providerKey({ provider, providerAccountId }: { provider: string; providerAccountId: string }): string {
  return `${provider} ${providerAccountId}`;
}

async function findKnown(tx: Transaction, { ids, externalIds, emails }: { ids: string[]; externalIds: string[]; emails: string[] }) {
  const where = { OR: [{ id: { in: ids } }, { externalId: { in: externalIds } }, { email: { in: emails } }] };
  const rows = await tx.user.findMany({ where, select: KNOWN });
  const held = await tx.$queryRaw<(Held & { id: string })[]>`
    SELECT u."id", EXISTS (SELECT FROM "Password" p WHERE p."userId" = u."id") AS "hasPassword",
      EXISTS (SELECT FROM "TotpFactor" t WHERE t."userId" = u."id") AS "hasTotp",
      EXISTS (SELECT FROM "Session" s WHERE s."userId" = u."id" AND s."impersonatorId" IS NULL) AS "hasSignedIn"
    FROM "User" u WHERE u."id" = ANY(${rows.map(({ id }) => id)}::uuid[])`;
  const byId = new Map(held.map((one) => [one.id, one]));
  const none: Held = { hasPassword: false, hasTotp: false, hasSignedIn: false };
  // Under a picture of their own lies the one that a file may change.
  const given = ({ image, providerImage }: (typeof rows)[number]) => (image?.startsWith("/") ? providerImage : image);
  return rows.map((row) => ({ ...none, ...byId.get(row.id), ...row, image: given(row) }));
}

async function findProviders(tx: Transaction, people: ImportedPerson[]): Promise<Map<string, string>> {
  const pairs = people.flatMap(({ providers = [] }) => providers);
  if (pairs.length === 0) return new Map();
  const rows = await tx.$queryRaw<{ provider: string; providerAccountId: string; userId: string }[]>`
    SELECT "provider", "providerAccountId", "userId" FROM "Account"
     WHERE ("provider", "providerAccountId") IN (SELECT * FROM unnest(${pairs.map(({ provider }) => provider)}::text[],
       ${pairs.map(({ providerAccountId }) => providerAccountId)}::text[]))`;
  return new Map(rows.map((row) => [providerKey(row), row.userId]));
}
