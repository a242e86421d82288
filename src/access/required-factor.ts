import { db } from "@/lib/db";
import { env } from "@/lib/env";
import type { Actor } from "./entry";

/**
 * What an admin still lacks where REQUIRE_ADMIN_MFA is on: "set_up" a second factor or a passkey, or "show" the one they
 * have at this sign-in. Null for everybody else, and for admins who have done both.
 */
export async function missingFactor({
  role,
  userId,
  secondFactor,
  strong,
}: Pick<Actor, "role" | "userId" | "secondFactor" | "strong">): Promise<"set_up" | "show" | null> {
  if (!env().REQUIRE_ADMIN_MFA || role !== "ADMIN") return null;
  const has = secondFactor || (await db().passkey.count({ where: { userId } })) > 0;
  if (!has) return "set_up";
  return strong ? null : "show";
}
