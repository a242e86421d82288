import type { Transaction } from "@/lib/db";

/**
 * The ids of all admins who can act and mean to stay, their rows locked in one order, so that two changes wait for each
 * other: whoever takes one away, by role, ban or deletion, asks here first and leaves at least one.
 */
export async function lockAdmins(tx: Transaction): Promise<Set<string>> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT "id" FROM "User"
     WHERE "role" = 'ADMIN' AND "deletedAt" IS NULL AND "deleteAfter" IS NULL AND ("bannedAt" IS NULL OR "bannedUntil" <= now())
     ORDER BY "id" FOR UPDATE`;
  return new Set(rows.map(({ id }) => id));
}
