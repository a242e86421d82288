import { AppError } from "@/lib/errors";

/** The columns of a person that say whether they are banned. */
interface Ban {
  bannedAt: Date | null;
  bannedUntil: Date | null;
  banReason: string | null;
}

/** Whether a ban holds at this moment: one without an end holds for good. */
export function isBannedNow({ bannedAt, bannedUntil }: Pick<Ban, "bannedAt" | "bannedUntil">): boolean {
  return bannedAt !== null && (bannedUntil === null || bannedUntil > new Date());
}

/** The people of whom `isBannedNow` is false, as a Prisma `where`. */
export function notBannedNow() {
  // `not: null`, so that its negation holds too: SQL knows a third answer.
  return { OR: [{ bannedAt: null }, { bannedUntil: { not: null, lte: new Date() } }] };
}

/**
 * Throws AppError "forbidden" with the reason banned or banned_until, and until when and why, for somebody who is. To be asked only after
 * they have shown who they are.
 */
export function assertNotBanned({ bannedAt, bannedUntil, banReason }: Ban): void {
  if (!isBannedNow({ bannedAt, bannedUntil })) return;
  const params = { reason: banReason ?? "", until: bannedUntil?.getTime() ?? 0 };
  throw new AppError("forbidden", bannedUntil ? "banned_until" : "banned", { params });
}
