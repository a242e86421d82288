import type { AdapterAccount, AdapterUser } from "next-auth/adapters";
import { z } from "zod";
import { db, isUniqueViolation, type Transaction } from "@/lib/db";
import { normaliseEmail } from "@/lib/email";
import { AppError } from "@/lib/errors";
import type { Claims } from "@/lib/session-token";
import { change, type Recorder } from "../audit";
import { admit } from "../door";
import { currentEntry, currentVisitor, type Entry } from "../entry";
import { assertSignUpOpen, signUpRefusal } from "../sign-up";
import { isBannedNow } from "./bans";
import { renewWithFactors } from "./factors";
import { isInvited, settleInvitation, takeInvitation } from "./invitations";
import { assertRecentlyProven } from "./reauthentication";
import { sealedCookie } from "./sealed-cookie";

type ProviderAccount = Pick<AdapterAccount, "type" | "provider" | "providerAccountId">;

/** How long Auth.js waits for somebody to come back from a provider. */
const AWAY_SECONDS = 15 * 60;

/** Who went to a provider while they were signed in, in the browser they went from. */
const cookie = sealedCookie("foyer-connecting", AWAY_SECONDS, z.object({ sub: z.uuid() }));

/**
 * Notes who goes to a provider to connect it, or, for a sign-in, that it is nobody. False, and nothing is noted, where it is not who the
 * button was `shownTo`: a page that was left open knows nothing of who has signed in since.
 */
export async function rememberWhoConnects(shownTo: string | undefined): Promise<boolean> {
  const entry = await currentEntry();
  // Whoever acts as somebody connects nothing of theirs.
  if (entry?.actor.userId !== shownTo || entry?.actor.impersonator) return false;
  if (entry) await cookie.write({ sub: entry.actor.userId }, entry.visitor);
  else await cookie.clear(await currentVisitor());
  return true;
}

/**
 * Whose way in the provider becomes that somebody comes back from now; null where nobody is signed in, and it signs them in. The answer
 * to a question that this person has not asked in this browser connects nothing (RFC 6819, 4.4.1.8): it may be somebody else's. Throws
 * AppError: "unauthenticated" where their session is over, and as a door and `assertRecentlyProven` do where they may not.
 */
export async function whoConnects(): Promise<Entry | null> {
  const visitor = await currentVisitor();
  const asked = await cookie.read(visitor);
  if (asked) await cookie.clear(visitor);
  if (!(await currentEntry())) {
    if (asked) throw new AppError("unauthenticated", "sign_in_overtaken");
    return null;
  }
  const entry = await admit({ can: ["create", "Account"], rate: "credentials" });
  if (asked?.sub !== entry.actor.userId) throw new AppError("forbidden", "reauthenticate");
  await assertRecentlyProven(entry);
  return entry;
}

/** The id of the person behind this provider's account when they are banned; undefined for everybody else, and for somebody new. */
export async function findBanned({
  provider,
  providerAccountId,
}: {
  provider: string;
  providerAccountId: string;
}): Promise<string | undefined> {
  const where = { provider_providerAccountId: { provider, providerAccountId } };
  const account = await db().account.findUnique({ where, select: { user: { select: { id: true, bannedAt: true, bannedUntil: true } } } });
  return account && isBannedNow(account.user) ? account.user.id : undefined;
}

/**
 * Why a provider's answer makes no account here, where it would have to: the sign-up is not open to this address and no
 * invitation waits for it. Null for everybody who has an account.
 */
export async function providerSignUpRefusal(
  { provider, providerAccountId }: { provider: string; providerAccountId: string },
  typed: string,
): Promise<ReturnType<typeof signUpRefusal>> {
  const email = normaliseEmail(typed);
  const refusal = signUpRefusal(email);
  if (!refusal || (await isInvited(email))) return null;
  const known = [
    await db().account.count({ where: { provider, providerAccountId } }),
    // Told that there is an account: the provider vouches that the address is theirs.
    await db().user.count({ where: { email } }),
  ];
  return known.some((count) => count > 0) ? null : refusal;
}

/**
 * Makes a person from what a provider vouches for: whoever is invited at this address with the role they are invited for, else
 * throws AppError where the sign-up is not open to it. The `account` that was shown is theirs with it: nobody is left without a way in.
 * Text is cut to what fits; a picture is kept only from https.
 */
export async function registerFromProvider(
  from: Omit<AdapterUser, "id"> & { id?: string },
  account?: ProviderAccount,
): Promise<AdapterUser> {
  const email = normaliseEmail(from.email);
  const name =
    from.name
      ?.normalize("NFC")
      .replace(/\p{Cc}|\p{Cs}/gu, "")
      .trim()
      .slice(0, 100) ?? "";
  const image = from.image && from.image.length <= 500 && /^https:\/\//.test(from.image) ? from.image : null;
  try {
    return await change(await currentVisitor(), async (tx, record) => {
      const invitation = await takeInvitation(tx, { email });
      if (!invitation) assertSignUpOpen(email);
      const user = await tx.user.create({
        data: { email, emailVerified: new Date(), name, image },
        select: { id: true, email: true, emailVerified: true, name: true, image: true },
      });
      await record({ action: "user.registered", actorId: user.id, subjectType: "User", subjectId: user.id, after: { method: "provider" } });
      if (account) await addAccount(tx, record, user.id, account);
      if (invitation) await settleInvitation(tx, record, invitation, user.id);
      return user;
    });
  } catch (error) {
    if (isUniqueViolation(error)) throw new AppError("conflict", undefined, { cause: error });
    throw error;
  }
}

/**
 * Makes a provider a way into the account of who `connects` it, as `changeFactors` makes a change: the claims are those of the session in
 * which this browser goes on; null for an account that is theirs already. What it would let us do later, its tokens, is not kept: nothing
 * here calls it again. Throws AppError "forbidden" with the reason reauthenticate for anybody else.
 */
export async function connectAccount(account: AdapterAccount, connects: Entry | null): Promise<Claims | null> {
  const { userId, provider, providerAccountId } = account;
  // Somebody new has it since they were registered.
  if ((await db().account.count({ where: { userId, provider, providerAccountId } })) > 0) return null;
  if (connects?.actor.userId !== userId) throw new AppError("forbidden", "reauthenticate");
  const { claims } = await renewWithFactors(connects, "providerConnected", (tx, record) => addAccount(tx, record, userId, account));
  return claims;
}

async function addAccount(tx: Transaction, record: Recorder, userId: string, account: ProviderAccount): Promise<void> {
  const { type, provider, providerAccountId } = account;
  await tx.account.create({ data: { userId, type, provider, providerAccountId } });
  await record({ action: "account.connected", actorId: userId, subjectType: "Account", subjectId: provider, after: { provider } });
}
