import { db, type Transaction } from "@/lib/db";
import { AppError } from "@/lib/errors";
import type { Entry } from "./entry";
import { notBannedNow } from "./identity/bans";
import { missingFactor } from "./required-factor";
import { type AppAbility, abilityFor } from "./rules";

/** In whose name something is done to people, and what they may do: whoever is asking, or asked for it earlier. */
export interface Doer {
  userId: string;
  ability: AppAbility;
}

/** Whoever is asking. */
export function doerIn({ actor, ability }: Entry): Doer {
  return { userId: actor.userId, ability };
}

/**
 * Somebody who asked for work on many people, as the database has them now. Throws AppError "forbidden" with the reason
 * rights_lost when they are gone, shut out, or may no longer ask for it.
 */
export async function doerOf(userId: string, tx: Pick<Transaction, "user"> = db()): Promise<Doer> {
  const person = await tx.user.findFirst({
    where: { id: userId, deletedAt: null, ...notBannedNow() },
    select: { role: true, profileComplete: true, mustChangePassword: true, emailVerified: true, secondFactor: true },
  });
  if (!person) throw new AppError("forbidden", "rights_lost");
  // The door has seen the factor; here it is only looked whether it is still there.
  const missing = await missingFactor({ ...person, userId, strong: true });
  const role = missing ? "MEMBER" : person.role;
  const ability = abilityFor({ ...person, role, userId, emailVerified: person.emailVerified !== null });
  if (!ability.can("create", "PeopleJob")) throw new AppError("forbidden", "rights_lost");
  return { userId, ability };
}
