import type { Transaction } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { offeredWaysIn } from "./sign-in";

/**
 * To be asked after a way in was removed, under `lockPerson`: throws AppError "conflict" with the reason last_way_in, and so
 * takes the removal back, when neither a password, nor a provider that is offered here, nor a passkey remains.
 */
export async function assertWayInRemains(tx: Transaction, userId: string): Promise<void> {
  const offered = offeredWaysIn();
  const providers = offered.filter(({ type }) => type !== "credentials").map(({ id }) => id);
  const remaining = [
    offered.some(({ type }) => type === "credentials") ? await tx.password.count({ where: { userId } }) : 0,
    await tx.account.count({ where: { userId, provider: { in: providers } } }),
    await tx.passkey.count({ where: { userId } }),
  ];
  if (remaining.every((count) => count === 0)) throw new AppError("conflict", "last_way_in");
}
