import "server-only";
import type { Entry } from "@/access/entry";
import { matchingPeople } from "@/access/identity/people-filter";
import { accessibleBy } from "@/access/rules";
import { db } from "@/lib/db";
import { after, cursorDate, cursorNumber, page } from "@/lib/keyset";
import { containing, withinDays } from "@/lib/query-string";
import { COUNTED_EXACTLY, estimatedBySample, type Total } from "@/lib/total";
import { type AllFilesQuery, FILES_PAGE_SIZE } from "./schema";

export const MAX_OWNERS = 500;
const MEGABYTE = 1_000_000;

/**
 * For an admin: a page of everybody's files, newest or largest first, with their owners; of the search for owners the
 * first MAX_OWNERS count, and `isCut` says that there are more.
 */
export async function listAllFiles(entry: Entry, query: AllFilesQuery) {
  // Owners are named with their addresses: that is for nobody with whom a file is only shared.
  if (!entry.ability.can("read", "Dashboard")) return { files: [], next: null, total: 0, isEstimate: false, isCut: false };
  const { q, owner, kind, size, from, to, sort, cursor } = query;
  const column = sort === "size" ? "sizeBytes" : "createdAt";
  const owners = owner ? await findOwners(entry, owner) : null;
  const matching = [
    { status: "READY" as const },
    ...(q ? [{ name: containing(q) }] : []),
    ...(owners ? [{ ownerId: { in: owners.slice(0, MAX_OWNERS) } }] : []),
    ...(kind ? [{ kind }] : []),
    ...(size ? [{ sizeBytes: { gte: Number(size) * MEGABYTE } }] : []),
    ...(from || to ? [{ createdAt: withinDays(from, to) }] : []),
  ];
  const allowed = accessibleBy(entry.ability).ofType("File");
  const beyond = cursor ? after(column, "desc", cursor, sort === "size" ? cursorNumber : cursorDate) : {};
  const [rows, total] = await Promise.all([
    db().file.findMany({
      where: { AND: [allowed, ...matching, beyond] },
      select: {
        id: true,
        name: true,
        sizeBytes: true,
        contentType: true,
        createdAt: true,
        owner: { select: { id: true, name: true, email: true } },
      },
      orderBy: [{ [column]: "desc" }, { id: "desc" }],
      take: FILES_PAGE_SIZE + 1,
    }),
    totalOf(entry, matching, size ? "sizeBytes" : "createdAt"),
  ]);
  const { rows: shown, next } = page(rows, FILES_PAGE_SIZE, (row) => row[column]);
  const files = shown.map(({ sizeBytes, ...row }) => ({ ...row, sizeBytes: Number(sizeBytes) }));
  return { files, next, ...total, isCut: owners !== null && owners.length > MAX_OWNERS };
}

/** How many match: exactly up to COUNTED_EXACTLY, beyond it by how many do among one file in 128. */
async function totalOf(entry: Entry, matching: object[], by: "sizeBytes" | "createdAt"): Promise<Total> {
  const where = { AND: [accessibleBy(entry.ability).ofType("File"), ...matching] };
  // Without an order Prisma takes that of the ids, in which no index has the files that are ready.
  const orderBy = [{ [by]: "desc" as const }, { id: "desc" as const }];
  const total = await db().file.count({ where, orderBy, take: COUNTED_EXACTLY + 1 });
  if (total <= COUNTED_EXACTLY) return { total, isEstimate: false };
  const hits = await db().file.count({ where: { AND: [where, { sampled: true }] } });
  return { total: estimatedBySample(hits), isEstimate: true };
}

/** Their ids, one more than count. Looked up first: a join over a million people would be read to its end. */
async function findOwners(entry: Entry, q: string): Promise<string[]> {
  const where = { AND: [accessibleBy(entry.ability).ofType("User"), matchingPeople({ q })] };
  const people = await db().user.findMany({ where, select: { id: true }, take: MAX_OWNERS + 1 });
  return people.map(({ id }) => id);
}
