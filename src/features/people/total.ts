import "server-only";
import type { Entry } from "@/access/entry";
import { type PeopleFilter, partsOfMatching, sampledMatching } from "@/access/identity/people-filter";
import { accessibleBy } from "@/access/rules";
import { db } from "@/lib/db";
import { COUNTED_EXACTLY, estimated, everybody, type Total } from "@/lib/total";

/**
 * How many match: exactly up to COUNTED_EXACTLY, beyond it by how many do among one person in 128. PostgreSQL's own estimate of
 * the same `where` is closer for one filter, and takes two that belong together for strangers: of people without a confirmed
 * address who have a second factor it found a tenth.
 */
export async function totalOf(entry: Entry, filter: PeopleFilter): Promise<Total> {
  const counted = await countPeople(entry, filter);
  if (counted <= COUNTED_EXACTLY) return { total: counted, isEstimate: false };
  const allowed = accessibleBy(entry.ability).ofType("User");
  const [hits, sampled, noted] = await Promise.all([
    db().user.count({ where: { AND: [allowed, sampledMatching(filter)] } }),
    db().user.count({ where: { AND: [allowed, sampledMatching({})] } }),
    notedOfEverybody(entry),
  ]);
  return { total: estimated({ hits, sampled, all: everybody({ sampled, noted }) }), isEstimate: true };
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

/** What PostgreSQL noted when it last looked over the index of whoever is not deleted; negative while it has not. */
async function notedOfEverybody(entry: Entry): Promise<number> {
  if (!entry.ability.can("read", "Dashboard")) return -1;
  const rows = await db().$queryRaw<{ rows: number }[]>`
    SELECT reltuples::float8 AS rows FROM pg_class WHERE oid = '"User_id_counted_idx"'::regclass`;
  return Math.round(rows[0]?.rows ?? -1);
}
