import { db, type Transaction } from "@/lib/db";
import { AppError } from "@/lib/errors";
import type { Entry } from "../entry";

/** How long after proving who one is the ways in may be changed. */
const REAUTHENTICATION_MS = 10 * 60_000;

/** The session of this id and person, if it is open and has proven within 10 minutes who is sitting there (ASVS 7.5.1). */
export function provenSession({ sid, userId }: { sid: string; userId: string }) {
  return { id: sid, userId, endedAt: null, reauthenticatedAt: { gt: new Date(Date.now() - REAUTHENTICATION_MS) } };
}

/**
 * Whether the ways in may be changed in this session: `provenSession`. Asked under `lockPerson`, of two changes at once the
 * one whose session the other has just ended is told false.
 */
export async function recentlyProven({ actor }: Entry, tx: Transaction = db()): Promise<boolean> {
  return (await tx.session.count({ where: provenSession(actor) })) === 1;
}

/**
 * Throws AppError "forbidden" with the reason reauthenticate unless `recentlyProven`. An admin who has yet to show the factor
 * they have proves nothing by a password: who stole it could else add a factor of their own, and be strong by that.
 */
export async function assertRecentlyProven(entry: Entry, tx?: Transaction): Promise<void> {
  // Whoever acts as somebody has proven who they are themselves, not this person.
  if (entry.actor.impersonator) throw new AppError("forbidden", "impersonated");
  if (entry.missingFactor === "show" || !(await recentlyProven(entry, tx))) throw new AppError("forbidden", "reauthenticate");
}
