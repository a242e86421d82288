import "server-only";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import { db } from "@/lib/db";

/** The person's latest archive that has not expired; null when there is none. */
export async function getLatestExport(entry: Entry) {
  const row = await db().dataExport.findFirst({
    where: { AND: [accessibleBy(entry.ability).ofType("DataExport"), { userId: entry.actor.userId, expiresAt: { gt: new Date() } }] },
    select: { id: true, status: true, progress: true, sizeBytes: true, completedAt: true, expiresAt: true },
    orderBy: { createdAt: "desc" },
  });
  return row && { ...row, sizeBytes: Number(row.sizeBytes ?? 0) };
}
