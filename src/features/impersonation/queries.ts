import "server-only";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import { db } from "@/lib/db";

/** Whether this admin may change things while they act as a member; null for somebody who is no admin or may not be seen. */
export async function getImpersonationRight(entry: Entry, id = entry.actor.userId): Promise<boolean | null> {
  const person = await db().user.findFirst({
    where: { AND: [accessibleBy(entry.ability).ofType("User"), { id, role: "ADMIN" }] },
    select: { mayImpersonateWrite: true },
  });
  return person?.mayImpersonateWrite ?? null;
}
