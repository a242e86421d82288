import { cookies } from "next/headers";
import type { Transaction } from "@/lib/db";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { placeOf } from "@/lib/geoip";
import type { SecurityChange } from "@/lib/mail-props";
import { newOneTimeSecret } from "@/lib/one-time-secret";
import { sessionCookieAttributes, sessionCookieName } from "@/lib/session-cookie";
import { type Claims, encodeToken } from "@/lib/session-token";
import { change, type Recorder } from "../audit";
import type { Entry } from "../entry";
import { lockPerson } from "../person-lock";
import { replaceLine } from "../succession";
import { mailSecurityChanged } from "./account-mails";
import { claimsOf, deviceOf } from "./credentials";
import { assertRecentlyProven } from "./reauthentication";
import { readCode, takeCode } from "./second-factor";
import { endOtherSessions } from "./ways-in";

/**
 * A change of somebody's own factors: allowed for 10 minutes after proving who one is, one at a time for each person, told to
 * them by mail as `what`. With it every session of theirs ends, and this browser goes on in a new one, a strong one where the change
 * itself has `shown` a second factor. Afterwards `secondFactor` says whether a confirmed TOTP is there, whatever `run` did. Throws
 * AppError "forbidden" with the reason reauthenticate.
 */
export async function changeFactors<T>(
  entry: Entry,
  what: SecurityChange,
  run: (tx: Transaction, record: Recorder) => Promise<T>,
  shown?: "strong",
): Promise<T> {
  const { result, claims } = await renewWithFactors(entry, what, run, shown);
  await continueIn(claims, entry);
  return result;
}

/** As `changeFactors`, for whoever writes the cookie of the session with these claims themselves. */
export async function renewWithFactors<T>(
  entry: Entry,
  what: SecurityChange,
  run: (tx: Transaction, record: Recorder) => Promise<T>,
  shown?: "strong",
): Promise<{ result: T; claims: Claims }> {
  const { userId, sid } = entry.actor;
  return change(entry, async (tx, record) => {
    await lockPerson(tx, userId);
    await assertRecentlyProven(entry, tx);
    const result = await run(tx, record);
    await settleSecondFactor(tx, userId);
    await endOtherSessions(tx, userId, [sid]);
    // Nor does what somebody is signing in with just now count any more.
    await tx.user.update({ where: { id: userId }, data: { epoch: { increment: 1 } }, select: { id: true } });
    await mailSecurityChanged(tx, userId, what, entry.visitor);
    return { result, claims: await renewSession(tx, record, entry, shown) };
  });
}

/** Writes whether signing in takes a second step: exactly when there is a confirmed TOTP factor. */
export async function settleSecondFactor(tx: Transaction, userId: string): Promise<void> {
  const secondFactor = (await tx.totpFactor.count({ where: { userId, confirmedAt: { not: null } } })) > 0;
  await tx.user.updateMany({ where: { id: userId, secondFactor: !secondFactor }, data: { secondFactor } });
}

/**
 * To be asked last in a change of somebody's own ways in, or a proof of theirs, under `lockPerson`: ends this session, so that with the
 * change every copy of its cookie is worthless, and begins one in the same browser with it, whose claims `continueIn` takes (ASVS 7.2.4). That is
 * as strong as this one, and proven when this one was, unless a second factor was `shown` just now. It ends when this one would have: one
 * proof is less than a sign-in of two steps, which the absolute end is there to ask for (ASVS 7.3.2). Throws AppError "unauthenticated"
 * when this one is over: of two changes at once in one session, the second.
 */
export async function renewSession(tx: Transaction, record: Recorder, { actor, visitor }: Entry, shown?: "strong"): Promise<Claims> {
  const { userId, sid } = actor;
  // Itself, and not what may have taken its place meanwhile.
  const select = { method: true, strong: true, createdAt: true, reauthenticatedAt: true, expiresAt: true } as const;
  const former = await tx.session.findUnique({ where: { id: sid, userId, endedAt: null }, select });
  if (!former) throw new AppError("unauthenticated", "signed_out");
  const { ip, userAgent } = visitor;
  const here = { userId, ip, userAgent, place: placeOf(ip), deviceId: await deviceOf(visitor) };
  const strong = former.strong || shown === "strong";
  const reauthenticatedAt = shown ? new Date() : former.reauthenticatedAt;
  const session = await tx.session.create({
    data: { ...former, ...here, strong, reauthenticatedAt },
    select: { id: true, expiresAt: true, strong: true },
  });
  await replaceLine(tx, { userId, sid }, session.id);
  const after = { method: former.method, strong, renewed: true };
  await record({ action: "user.signed_in", actorId: userId, subjectType: "Session", subjectId: session.id, after });
  const user = await tx.user.findUniqueOrThrow({ where: { id: userId } });
  // A copied cookie is to gain nothing by a change of role that came in between (docs/decisions/0023).
  if (user.role !== actor.role) throw new AppError("conflict", "rights_changed");
  return claimsOf(user, session, former.createdAt.getTime());
}

/** Has this browser go on in the session of these claims, which has begun: nothing is asked for it that could fail. */
export async function continueIn(claims: Claims, { visitor: { secure } }: Entry): Promise<void> {
  const name = sessionCookieName(secure);
  (await cookies()).set(name, encodeToken(claims, env().AUTH_SECRET, name), sessionCookieAttributes(secure, claims.end));
}

/** Proves who is sitting there with a code of the app or a recovery code. Throws AppError "invalid" for a wrong one; they are counted. */
export async function reauthenticateWithCode(entry: Entry, typed: string): Promise<void> {
  const { userId, email: address, sid } = entry.actor;
  const code = await readCode(typed, userId);
  const claims = await change(entry, async (tx, record) => {
    await lockPerson(tx, userId);
    const taken = code !== null && (await takeCode(tx, userId, code));
    const subject = { subjectType: "Session", subjectId: sid } as const;
    if (taken) {
      await record({ action: "user.reauthenticated", ...subject, after: { method: code.kind } });
      if (code.kind === "recovery_code") await mailSecurityChanged(tx, userId, "recoveryCodeUsed", entry.visitor);
    } else {
      // Counts among the wrong codes of the day; nothing opens it, because nobody has its secret.
      const { hash } = newOneTimeSecret();
      const now = new Date();
      await tx.token.create({ data: { purpose: "TWO_STEP", userId, address, hash, data: { wrong: 1 }, expiresAt: now, usedAt: now } });
      await record({ action: "user.second_step_failed", ...subject });
    }
    return taken ? renewSession(tx, record, entry, "strong") : null;
  });
  if (!claims) throw new AppError("invalid", undefined, { fields: { code: "field.wrong_code" } });
  await continueIn(claims, entry);
}
