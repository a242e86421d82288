import { db, type Transaction } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { findLink, isLinkUsed, type LinkPurpose, redeemLink } from "@/lib/one-time-links";
import { currentEntry, localPath } from "../entry";
import { verifyCredentials } from "./credentials";
import { type Bound, boundTo } from "./tickets";

/** What a link from a mail opens, and for whom. */
export interface OpenLink {
  userId: string;
  /** The address it was sent to. */
  address: string;
  /** The address of the account now. */
  accountAddress: string;
  /** Where the person was going when it was sent. */
  path: string;
  /** The session it is about, or was asked for in. */
  sid: string | null;
  createdAt: Date;
  /** What whoever holds it has shown by it, for `beginTwoStep`. */
  shownFor: Bound;
  person: { id: string; email: string; locale: string | null; name: string; emailVerified: Date | null; secondFactor: boolean };
}

const PERSON = {
  ...{ id: true, email: true, locale: true, name: true, emailVerified: true, secondFactor: true },
  ...{ epoch: true, password: { select: { hash: true } } },
} as const;

/**
 * What a link would open, without using it up; null for one that is unknown, used, out of time, made for something else, or
 * whose account has another address by now. Looking changes nothing: mail scanners look at every link.
 */
export async function openLink(purpose: LinkPurpose, secret: unknown): Promise<OpenLink | null> {
  if (typeof secret !== "string" || secret.length > 100) return null;
  return toOpenLink(db(), await findLink(db(), purpose, secret));
}

/** Uses a link up, or throws AppError "invalid" with the reason link_expired where `openLink` says null. Of twenty at once one succeeds. */
export async function takeLink(tx: Transaction, purpose: LinkPurpose, secret: string): Promise<OpenLink> {
  const link = await toOpenLink(tx, await redeemLink(tx, purpose, secret));
  if (!link) throw new AppError("invalid", "link_expired");
  return link;
}

/**
 * Throws unless whoever holds the link is also whoever the account belongs to: this browser is signed in as them (true), or
 * `password` is theirs (false). The mailbox alone is not enough to open an account that somebody else registered, nor the
 * account to take an address that is somebody else's.
 */
export async function assertOwner({ userId, accountAddress }: OpenLink, password: string | undefined): Promise<boolean> {
  if (await isSignedInAs(userId)) return true;
  if (!password) throw new AppError("invalid", undefined, { fields: { password: "field.required" } });
  if ((await verifyCredentials(accountAddress, password)) !== userId)
    throw new AppError("invalid", undefined, { fields: { password: "field.wrong_password_of_account" } });
  return false;
}

/** Whether this browser is signed in as this person. */
export async function isSignedInAs(userId: string): Promise<boolean> {
  const entry = await currentEntry();
  return entry?.certain === true && entry.actor.userId === userId;
}

/** Whether whoever is signed in here has used this link up already, as in another tab: what they came for is done. */
export async function hasUsedLink(purpose: LinkPurpose, secret: string): Promise<boolean> {
  const entry = await currentEntry();
  return entry !== null && (await isLinkUsed(db(), purpose, secret, entry.actor.userId));
}

async function toOpenLink(tx: Pick<Transaction, "user">, token: Awaited<ReturnType<typeof findLink>>): Promise<OpenLink | null> {
  const found = token?.userId ? await tx.user.findUnique({ where: { id: token.userId, deletedAt: null }, select: PERSON }) : null;
  if (!token || !found) return null;
  const { epoch: _, password: __, ...person } = found;
  // Written by account-mails.ts alone.
  const { from, path, sid } = (token.data ?? {}) as Partial<Record<"from" | "path" | "sid", string>>;
  // A link dies with the address it belongs to: a change of address is asked for at one, and is taken back from another.
  const expected = token.purpose === "CHANGE_EMAIL" ? from : token.purpose === "REVERT_EMAIL" ? person.email : token.address;
  if (person.email !== expected) return null;
  return {
    userId: person.id,
    address: token.address,
    accountAddress: person.email,
    path: localPath(path),
    sid: sid ?? null,
    createdAt: token.createdAt,
    shownFor: boundTo(found),
    person,
  };
}
