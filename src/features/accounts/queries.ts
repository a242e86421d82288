import "server-only";
import { REAUTHENTICATION_MS } from "@/access/credentials";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import { db } from "@/lib/db";
import { env } from "@/lib/env";

/** The person's ways in: whether there is a password, which providers are connected, and whether they may be changed now. */
export async function getWaysIn(entry: Entry) {
  const { userId, sid } = entry.actor;
  const [password, accounts, session] = await Promise.all([
    db().password.count({ where: { userId } }),
    db().account.findMany({
      where: { AND: [accessibleBy(entry.ability).ofType("Account"), { userId }] },
      select: { provider: true, createdAt: true },
      orderBy: { createdAt: "asc" },
    }),
    db().session.findFirst({
      where: { AND: [accessibleBy(entry.ability).ofType("Session"), { id: sid }] },
      select: { reauthenticatedAt: true },
    }),
  ]);
  const provenAt = session?.reauthenticatedAt.getTime() ?? 0;
  return { hasPassword: password > 0, accounts, recentlyProven: Date.now() - provenAt < REAUTHENTICATION_MS };
}

/** Shortest password accepted here, in characters. */
export function passwordMinLength(): number {
  return env().PASSWORD_MIN_LENGTH;
}
