import "server-only";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import { db } from "@/lib/db";

/** Whether the person's two-step sign-in is on, since when, and how many recovery codes are left; no secret, no hash. */
export async function getTwoStep(entry: Entry): Promise<{ since: Date | null; codesLeft: number }> {
  const { userId } = entry.actor;
  const [factor, codesLeft] = await Promise.all([
    db().totpFactor.findFirst({
      where: { AND: [accessibleBy(entry.ability).ofType("TotpFactor"), { userId, confirmedAt: { not: null } }] },
      select: { confirmedAt: true },
    }),
    db().recoveryCode.count({ where: { AND: [accessibleBy(entry.ability).ofType("RecoveryCode"), { userId, usedAt: null }] } }),
  ]);
  return { since: factor?.confirmedAt ?? null, codesLeft };
}
