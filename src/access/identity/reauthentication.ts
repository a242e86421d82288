import { db, type Transaction } from "@/lib/db";
import { AppError } from "@/lib/errors";
import type { Entry } from "../entry";
import { REAUTHENTICATION_MS } from "./credentials";

/** Whether this session has proven within 10 minutes who is sitting there, so that the ways in may be changed (ASVS 7.5.1). */
export async function recentlyProven({ actor }: Entry, tx: Transaction = db()): Promise<boolean> {
  const session = await tx.session.findFirst({ where: { id: actor.sid, userId: actor.userId }, select: { reauthenticatedAt: true } });
  return session !== null && Date.now() - session.reauthenticatedAt.getTime() < REAUTHENTICATION_MS;
}

/**
 * Throws AppError "forbidden" with the reason reauthenticate unless `recentlyProven`. An admin who has yet to show the factor
 * they have proves nothing by a password: who stole it could else add a factor of their own, and be strong by that.
 */
export async function assertRecentlyProven(entry: Entry, tx?: Transaction): Promise<void> {
  if (entry.missingFactor === "show" || !(await recentlyProven(entry, tx))) throw new AppError("forbidden", "reauthenticate");
}
