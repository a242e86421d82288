import type { Claims } from "@/lib/session-token";
import type { Entry } from "./entry";
import { standingOf } from "./freshness";

/** Whom a signed URL was made for, as a text to be signed with it: the session, and when (seconds since 1970). */
export function bearerOf({ actor: { userId, sid } }: Entry): string {
  return `${userId} ${sid} ${Math.floor(Date.now() / 1000)}`;
}

/**
 * Whether the session that a signed URL was made for still runs: by what is known in memory, as for a page. Throws AppError
 * "unavailable" when nobody can tell.
 */
export async function isStillSignedIn(bearer: string): Promise<boolean> {
  const [sub = "", sid = "", iat = ""] = bearer.split(" ");
  const nothing = { role: "MEMBER", deleteAfter: null, name: "", email: "", picture: null } as const;
  const no = { profileComplete: false, mustChangePassword: false, emailVerified: false, secondFactor: false, strong: false };
  const [began, last] = [Number(iat), Number.MAX_SAFE_INTEGER];
  // Whatever raises a person's epoch ends their sessions too, and those are what is asked about.
  const claims: Claims = { ...nothing, ...no, sub, sid, epoch: last - 1, began, iat: began, end: last, exp: last, whole: true };
  return (await standingOf(claims)) !== null;
}
