import type { Claims } from "@/lib/session-token";
import type { Entry } from "./entry";
import { standingOf } from "./freshness";
import type { Standing } from "./freshness-memory";

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
  const [sub = "", sid = "", iat = "", adminId, adminSid = "", end = ""] = bearer.split(" ");
  if ((await standingOfSession(sub, sid, Number(iat))) === null) return false;
  if (adminId === undefined) return true;
  return Number(end) * 1000 > Date.now() && (await standingOfSession(adminId, adminSid, Number(iat)))?.role === "ADMIN";
}

function standingOfSession(sub: string, sid: string, began: number): Promise<Standing | null> {
  // Of an admin it is asked here, and what memory does not know has not changed since.
  const nothing = { role: "ADMIN", deleteAfter: null, name: "", email: "", picture: null } as const;
  const no = { profileComplete: false, mustChangePassword: false, emailVerified: false, secondFactor: false, strong: false };
  const last = Number.MAX_SAFE_INTEGER;
  // Whatever raises a person's epoch ends their sessions too, and those are what is asked about.
  const claims: Claims = { ...nothing, ...no, sub, sid, epoch: last - 1, began, iat: began, end: last, exp: last, whole: true };
  return standingOf(claims);
}
