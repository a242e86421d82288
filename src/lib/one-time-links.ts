import type { Transaction } from "./db";
import { AppError } from "./errors";
import { hashOneTimeSecret, newOneTimeSecret } from "./one-time-secret";

type Token = NonNullable<Awaited<ReturnType<Transaction["token"]["findUnique"]>>>;
/** Of a token: the others never leave this site. */
export type LinkPurpose = Exclude<Token["purpose"], "TWO_STEP" | "SIGN_IN" | "PASSKEY">;

/** How long each kind of link works, in minutes. */
export const LINK_MINUTES: Record<LinkPurpose, number> = {
  VERIFY_EMAIL: 24 * 60,
  RESET_PASSWORD: 30,
  CHANGE_EMAIL: 24 * 60,
  REVERT_EMAIL: 7 * 24 * 60,
  MAGIC_LINK: 15,
  END_SESSION: 7 * 24 * 60,
};

interface Link {
  purpose: LinkPurpose;
  userId: string | null;
  /** The address it is sent to; the link dies when the account's address is another one. */
  address: string;
  data?: Record<string, string>;
  /** How long it works, where that is not as long as others of its kind. */
  minutes?: number;
}

/** Each undoes one event and stays good beside the others: whoever got in must not be able to replace them by doing more. */
const PROTECTIVE: LinkPurpose[] = ["REVERT_EMAIL", "END_SESSION"];

/** A link for each of these people, as `issueLink`, in two statements; their secrets in the same order. */
export async function issueLinks(
  tx: Transaction,
  to: { userId: string; address: string }[],
  { purpose, minutes = LINK_MINUTES[purpose] }: { purpose: LinkPurpose; minutes?: number },
): Promise<string[]> {
  const secrets = to.map(() => newOneTimeSecret());
  const expiresAt = new Date(Date.now() + minutes * 60_000);
  const replaced = { userId: { in: to.map(({ userId }) => userId) }, purpose, usedAt: null, expiresAt: { lte: expiresAt } };
  if (!PROTECTIVE.includes(purpose)) await tx.token.deleteMany({ where: replaced });
  await tx.token.createMany({ data: to.map((one, index) => ({ ...one, purpose, hash: secrets[index]?.hash ?? "", expiresAt })) });
  return secrets.map(({ secret }) => secret);
}

/** Makes a link's secret; an earlier one for the same purpose and person stops working, unless it was made to last longer. Only its hash is kept. */
export async function issueLink(
  tx: Transaction,
  { purpose, userId, address, data, minutes = LINK_MINUTES[purpose] }: Link,
): Promise<string> {
  const { secret, hash } = newOneTimeSecret();
  const expiresAt = new Date(Date.now() + minutes * 60_000);
  // One that lives longer stays: anybody may ask for the short one, and must not take it away.
  const replaced = { userId, purpose, usedAt: null, expiresAt: { lte: expiresAt } };
  if (userId && !PROTECTIVE.includes(purpose)) await tx.token.deleteMany({ where: replaced });
  await tx.token.create({ data: { purpose, userId, address, hash, expiresAt, ...(data ? { data } : {}) } });
  return secret;
}

/**
 * Uses a link up and returns what it was made for; throws AppError "invalid" for one that is unknown, used, out of time or
 * made for something else, which are all the same to whoever holds it. Of twenty uses at once one succeeds.
 */
export async function redeemLink(tx: Transaction, purpose: LinkPurpose, secret: string): Promise<Token> {
  const where = { hash: hashOneTimeSecret(secret), purpose, usedAt: null, expiresAt: { gt: new Date() } };
  const { count } = await tx.token.updateMany({ where, data: { usedAt: new Date() } });
  const token = count === 1 ? await tx.token.findUnique({ where: { hash: where.hash } }) : null;
  if (!token) throw new AppError("invalid", "link_expired");
  return token;
}

/** What a link would open, without using it up: mail scanners look at links, and so does the page with its button. */
export async function findLink(tx: Pick<Transaction, "token">, purpose: LinkPurpose, secret: string): Promise<Token | null> {
  return tx.token.findFirst({ where: { hash: hashOneTimeSecret(secret), purpose, usedAt: null, expiresAt: { gt: new Date() } } });
}

/** Whether this person has used this link up. */
export async function isLinkUsed(tx: Pick<Transaction, "token">, purpose: LinkPurpose, secret: string, userId: string): Promise<boolean> {
  return (await tx.token.count({ where: { hash: hashOneTimeSecret(secret), purpose, userId, usedAt: { not: null } } })) > 0;
}

/**
 * Ends every unused link of a person, as a change of password or address must; not those that undo what a thief did, nor the
 * sign-ins under way, which are bound to the password by themselves and count the wrong codes.
 */
export async function revokeLinks(tx: Transaction, userId: string): Promise<void> {
  await tx.token.deleteMany({ where: { userId, usedAt: null, purpose: { notIn: [...PROTECTIVE, "TWO_STEP"] } } });
}
