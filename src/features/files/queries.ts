import "server-only";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { after, type Cursor, cursorDate, page } from "@/lib/keyset";
import { FILES_PAGE_SIZE } from "./schema";

/** A page of a person's files, oneself where nobody is named, newest first, and the cursor of the next. */
export async function listFiles(entry: Entry, cursor?: Cursor, limit = FILES_PAGE_SIZE, ownerId = entry.actor.userId) {
  const from = cursor ? after("createdAt", "desc", cursor, cursorDate) : {};
  const rows = await db().file.findMany({
    where: { AND: [accessibleBy(entry.ability).ofType("File"), { ownerId, status: "READY" }, from] },
    select: { id: true, name: true, sizeBytes: true, contentType: true, createdAt: true },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: limit + 1,
  });
  const { rows: shown, next } = page(rows, limit, (row) => row.createdAt);
  return { files: shown.map(({ sizeBytes, ...row }) => ({ ...row, sizeBytes: Number(sizeBytes) })), next };
}

export type ListedFile = Awaited<ReturnType<typeof listFiles>>["files"][number];

/** How much of their room the files of a person, oneself where nobody is named, take, in bytes; uploads under way count. */
export async function getUsage(entry: Entry, ownerId = entry.actor.userId) {
  const { _sum, _count } = await db().file.aggregate({
    where: { AND: [accessibleBy(entry.ability).ofType("File"), { ownerId, status: { not: "DELETING" } }] },
    _sum: { sizeBytes: true },
    _count: true,
  });
  return { usedBytes: Number(_sum.sizeBytes ?? 0), files: _count, quotaBytes: env().QUOTA_BYTES, maxFileBytes: env().MAX_FILE_BYTES };
}
