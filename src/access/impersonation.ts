import { z } from "zod";
import { asClaims, type Claims } from "@/lib/session-token";
import type { Visitor } from "./entry";
import { standingOf } from "./freshness";
import type { Standing } from "./freshness-memory";
import { sealedCookie } from "./identity/sealed-cookie";

/** How long an admin acts as somebody at most. */
export const IMPERSONATION_MINUTES = 15;
/** Outlives the impersonation, so that a form sent after its end is not taken for a change of the admin's own account. */
const COOKIE_SECONDS = 24 * 3600;

/** The admin behind somebody who is impersonated (RFC 8693 calls them the actor). */
export interface Impersonator {
  userId: string;
  sid: string;
  mayWrite: boolean;
  /** When it ends, in seconds. */
  end: number;
}

const cookie = sealedCookie(
  "foyer-impersonation",
  COOKIE_SECONDS,
  z.object({ claims: z.record(z.string(), z.unknown()), userId: z.string(), sid: z.string(), mayWrite: z.boolean() }),
);

/**
 * Whom an admin is acting as in this browser: the member's claims and what is true of the member now. The admin's own session
 * carries it, so it ends with that one; it ends as well after its minutes, when the member ends it, is banned or becomes an
 * admin. Null where nobody is impersonated, "over" where it has ended and this browser may not know it yet.
 */
export async function impersonation(
  own: { userId: string; sid: string; role: Standing["role"] },
  visitor: Visitor,
): Promise<{ claims: Claims; standing: Standing; impersonator: Impersonator } | "over" | null> {
  const kept = await cookie.read(visitor);
  const claims = kept && asClaims(kept.claims);
  if (!claims || kept.userId !== own.userId) return null;
  // A session goes on under another id when it is renewed: what a page of before sends is not taken for the admin's own.
  if (kept.sid !== own.sid || own.role !== "ADMIN" || claims.end * 1000 <= Date.now()) return "over";
  const standing = await standingOf(claims);
  if (standing?.role !== "MEMBER") return "over";
  return { claims, standing, impersonator: { userId: own.userId, sid: own.sid, mayWrite: kept.mayWrite, end: claims.end } };
}

/** Whether this browser has been given one: what a page that anybody may see asks before it asks who is there. */
export async function mayBeImpersonating(visitor: Visitor): Promise<boolean> {
  return (await cookie.read(visitor)) !== null;
}

/** Has this browser show the member of these claims from its next request on, in the admin's own session. */
export async function keepImpersonation(claims: Claims, { userId, sid, mayWrite }: Omit<Impersonator, "end">, by: Visitor): Promise<void> {
  await cookie.write({ claims, userId, sid, mayWrite }, by);
}

/** Has this browser show the admin themselves again; the member's session is the caller's to end. */
export async function forgetImpersonation(by: Visitor): Promise<void> {
  await cookie.clear(by);
}
