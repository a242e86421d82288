import type { Entry } from "./entry";
import { findSession } from "./freshness";

/**
 * Whom a signed URL was made for, as a text to be signed with it: the session, and when (seconds since 1970). Of an admin who acts
 * as somebody also the admin's own session, which carries it, and when it ends.
 */
export function bearerOf({ actor: { userId, sid, impersonator } }: Entry): string {
  const now = Math.floor(Date.now() / 1000);
  return [userId, sid, now, ...(impersonator ? [impersonator.userId, impersonator.sid, impersonator.end] : [])].join(" ");
}

/**
 * Whether the session that a signed URL was made for still runs: by what is known in memory, as for a page. Throws AppError
 * "unavailable" when nobody can tell.
 */
export async function isStillSignedIn(bearer: string): Promise<boolean> {
  const [sub = "", sid = "", began, adminId, adminSid = "", end] = bearer.split(" ");
  const told = { iat: Number(began), whole: true };
  if ((await findSession({ ...told, sub, sid })) === null) return false;
  if (adminId === undefined) return true;
  const admin = Number(end) * 1000 > Date.now() && (await findSession({ ...told, sub: adminId, sid: adminSid }));
  // Whoever acts as somebody was an admin when the URL was made: only what has changed since says otherwise.
  return admin ? (admin.person?.role ?? "ADMIN") === "ADMIN" : false;
}
