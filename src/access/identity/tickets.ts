import { createHash } from "node:crypto";
import { z } from "zod";
import { db, type Transaction } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { hashOneTimeSecret, newOneTimeSecret } from "@/lib/one-time-secret";
import { change } from "../audit";
import { currentVisitor } from "../entry";
import { mailSecurityChanged } from "./account-mails";
import { assertNotBanned } from "./bans";
import { sealedCookie } from "./sealed-cookie";
import { readCode, takeCode } from "./second-factor";

const TWO_STEP_SECONDS = 5 * 60;
/** A ticket is redeemed in the request that made it. */
const TICKET_SECONDS = 60;
const MAX_WRONG = 5;

/** Where the second step is taken; `path` is where the person was going. */
export function twoStepPage(path: string): string {
  return `/login/two-step?${new URLSearchParams({ callbackUrl: path })}`;
}

/** How somebody showed who they are: kept on the session. */
export interface Proof {
  userId: string;
  /** "password", "passkey", or a provider's id. */
  method: string;
  strong: boolean;
  /** The provider's account that was shown, where one was: a session that would begin after it is disconnected does not. */
  account?: { provider: string; providerAccountId: string } | undefined;
  /** What it was shown for; a session that would begin after a change of either does not. */
  shownFor?: Bound | undefined;
}

/** `password` changes with the password and the address, `epoch` with whatever else ends all of somebody's sessions or changes their ways in. */
export interface Bound {
  epoch: number;
  password: string;
}

const cookie = sealedCookie("foyer-two-step", TWO_STEP_SECONDS, z.object({ sub: z.uuid(), epoch: z.number(), jti: z.string().max(100) }));

/** What a row of a sign-in under way remembers: how it was shown, and the `Bound` that it was shown for. */
const dataSchema = z.object({
  method: z.string(),
  strong: z.boolean(),
  account: z.object({ provider: z.string(), providerAccountId: z.string() }).optional(),
  epoch: z.number(),
  password: z.string(),
  wrong: z.number().optional(),
});

/**
 * After a first proof: when this person has a second factor, remembers in this browser that the first one was shown, and
 * returns true: there is no session yet, and the browser is to be sent to `twoStepPage`. False: one proof is enough.
 */
export async function beginTwoStep(userId: string, method: string, shown: Pick<Proof, "shownFor" | "account"> = {}): Promise<boolean> {
  const person = await db().user.findUnique({ where: { id: userId }, select: { secondFactor: true } });
  if (!person?.secondFactor) return false;
  const { secret, hash } = newOneTimeSecret();
  const { epoch } = await db().$transaction((tx) =>
    remember(tx, "TWO_STEP", hash, { userId, method, strong: false, ...shown }, TWO_STEP_SECONDS),
  );
  await cookie.write({ sub: userId, epoch, jti: secret }, await currentVisitor());
  return true;
}

/** Whether this browser is between the two steps of a sign-in. Not a check of anything: `passSecondStep` is. */
export async function isBetweenSteps(): Promise<boolean> {
  return (await cookie.read(await currentVisitor())) !== null;
}

/** Forgets the first step: the next sign-in begins anew. */
export async function forgetFirstStep(): Promise<void> {
  await cookie.clear(await currentVisitor());
}

/**
 * The second step: a code of the app or a recovery code. Returns a ticket for `signInWithTicket`. Throws AppError "invalid"
 * for a wrong code, "rate_limited" after too many in a day, and "unauthenticated" with the reason two_step_over when there is
 * nothing to go on with: five minutes are over, five codes were wrong, the password was changed, or it was used already.
 */
export async function passSecondStep(typed: string): Promise<string> {
  const visitor = await currentVisitor();
  const pending = await cookie.read(visitor);
  if (!pending) throw over();
  const { sub: userId } = pending;
  const code = await readCode(typed, userId);
  const subject = { actorId: userId, subjectType: "User", subjectId: userId } as const;
  const outcome = await change(visitor, async (tx, record) => {
    const token = await lockToken(tx, "TWO_STEP", pending.jti);
    if (token?.userId !== userId || token.data.epoch !== pending.epoch) throw over();
    const { method, account, wrong = 0 } = token.data;
    if (wrong >= MAX_WRONG) throw over();
    if (!code || !(await takeCode(tx, userId, code))) {
      await tx.token.update({ where: { id: token.id }, data: { data: { ...token.data, wrong: wrong + 1 } } });
      await record({ action: "user.second_step_failed", ...subject, after: { method, wrong: wrong + 1 } });
      return { ticket: null, wrong: wrong + 1 };
    }
    await tx.token.update({ where: { id: token.id }, data: { usedAt: new Date() } });
    await record({ action: "user.second_step_passed", ...subject, after: { method, factor: code.kind } });
    if (code.kind === "recovery_code") await mailSecurityChanged(tx, userId, "recoveryCodeUsed", visitor);
    // For what the first step was shown for, also where that has changed since it was looked at above.
    const { epoch, password } = token.data;
    return { ticket: await issueTicket(tx, { userId, method, account, strong: true, shownFor: { epoch, password } }), wrong };
  });
  if (outcome.ticket) return outcome.ticket;
  if (outcome.wrong >= MAX_WRONG) throw over();
  throw new AppError("invalid", undefined, { fields: { code: "field.wrong_code" } });
}

/** A ticket with which this person is signed in once, within a minute; it dies with a change of password and the like. */
export async function issueTicket(tx: Transaction, proof: Proof): Promise<string> {
  const { secret, hash } = newOneTimeSecret();
  await remember(tx, "SIGN_IN", hash, proof, TICKET_SECONDS);
  return secret;
}

/**
 * Takes a ticket and says whose it is; null for one that is unknown, used or over. Of twenty at once, one is taken. Throws
 * AppError "forbidden" with what a banned person is told: whoever has a ticket has shown who they are.
 */
export async function redeemTicket(ticket: string): Promise<Proof | null> {
  return db().$transaction(async (tx) => {
    const token = await lockToken(tx, "SIGN_IN", ticket);
    if (!token) return null;
    await tx.token.update({ where: { id: token.id }, data: { usedAt: new Date() } });
    const { method, strong, account, epoch, password } = token.data;
    assertNotBanned(await tx.user.findUniqueOrThrow({ where: { id: token.userId }, select: BAN }));
    return { userId: token.userId, method, strong, account, shownFor: { epoch, password } };
  });
}

async function remember(
  tx: Transaction,
  purpose: "TWO_STEP" | "SIGN_IN",
  hash: string,
  { userId, shownFor, ...proof }: Proof,
  seconds: number,
): Promise<{ epoch: number }> {
  const person = await standing(tx, userId);
  if (!person) throw new AppError("unauthenticated");
  const { email: address } = person;
  const { epoch, password } = shownFor ?? person;
  const expiresAt = new Date(Date.now() + seconds * 1000);
  await tx.token.create({ data: { purpose, userId, address, hash, expiresAt, data: { ...proof, epoch, password } } });
  return { epoch };
}

/** The row of a secret that can still be used, locked until the transaction ends; null for every other. */
async function lockToken(tx: Transaction, purpose: "TWO_STEP" | "SIGN_IN", secret: string) {
  const hash = hashOneTimeSecret(secret);
  const rows = await tx.$queryRaw<{ id: string; userId: string; data: unknown }[]>`
    SELECT "id", "userId", "data" FROM "Token"
     WHERE "hash" = ${hash} AND "purpose"::text = ${purpose} AND "usedAt" IS NULL AND "expiresAt" > ${new Date()}
       FOR UPDATE`;
  const token = rows[0] && { ...rows[0], data: dataSchema.parse(rows[0].data) };
  const person = token && (await standing(tx, token.userId));
  return person && token.data.epoch === person.epoch && token.data.password === person.password ? token : null;
}

const BAN = { bannedAt: true, bannedUntil: true, banReason: true } as const;

/** What a sign-in under way is bound to. */
async function standing(tx: Transaction, userId: string) {
  const select = { email: true, epoch: true, password: { select: { hash: true } } } as const;
  const person = await tx.user.findUnique({ where: { id: userId, deletedAt: null }, select });
  return person && { email: person.email, ...boundTo(person) };
}

/** What a proof is bound to that is shown now. The password's own hash stays where it is: its hash says as much. */
export function boundTo({ epoch, email, password }: { epoch: number; email: string; password: { hash: string } | null }): Bound {
  const fingerprint = createHash("sha256").update(`${email}\n${password?.hash ?? ""}`);
  return { epoch, password: fingerprint.digest("base64url") };
}

function over(): AppError {
  return new AppError("unauthenticated", "two_step_over");
}
