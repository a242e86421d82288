import "server-only";
import type { Entry } from "@/access/entry";
import { recentlyProven } from "@/access/identity/reauthentication";
import { accessibleBy } from "@/access/rules";
import { db } from "@/lib/db";
import { env } from "@/lib/env";

/** The person's ways in: whether there is a password, which providers are connected, and whether they may be changed now. */
export async function getWaysIn(entry: Entry) {
  const { userId } = entry.actor;
  const [password, accounts, proven] = await Promise.all([
    hasPassword(entry),
    db().account.findMany({
      where: { AND: [accessibleBy(entry.ability).ofType("Account"), { userId }] },
      select: { provider: true, createdAt: true },
      orderBy: { createdAt: "asc" },
    }),
    recentlyProven(entry),
  ]);
  return { hasPassword: password, accounts, recentlyProven: proven };
}

/** Whether one can sign in with a password. */
export async function hasPassword(entry: Entry): Promise<boolean> {
  return (await db().password.count({ where: { userId: entry.actor.userId } })) > 0;
}

/** Shortest password accepted here, in characters. */
export function passwordMinLength(): number {
  return env().PASSWORD_MIN_LENGTH;
}
