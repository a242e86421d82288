import "server-only";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import { db } from "@/lib/db";

/** The person's passkeys, oldest first: what tells them apart, never the key. */
export async function listOwnPasskeys(entry: Entry) {
  return db().passkey.findMany({
    where: { AND: [accessibleBy(entry.ability).ofType("Passkey"), { userId: entry.actor.userId }] },
    select: { id: true, name: true, createdAt: true, lastUsedAt: true, backedUp: true },
    orderBy: { createdAt: "asc" },
  });
}
