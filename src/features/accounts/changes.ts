import "server-only";
import { change } from "@/access/audit";
import { visitorOf } from "@/access/entry";
import { lockAddress, mailAlreadyRegistered, mailVerification } from "@/access/identity/account-mails";
import { db } from "@/lib/db";
import { newOneTimeSecret } from "@/lib/one-time-secret";
import { type Asker, addJob, type Tasks } from "@/lib/queue";
import { registrationSchema } from "./schema";

/** How long a registration waits for the worker, and how long a token stays after its end. */
const KEPT_MS = 24 * 3_600_000;

interface Registration {
  email: string;
  passwordHash: string;
  /** Where the person was going. */
  path: string;
}

/**
 * Keeps a registration for the worker, in one transaction that is the same for every address: whether there is an account is
 * looked up by `finishRegistration`, so that neither the answer nor the time it takes says so (ASVS 6.3.8).
 */
export async function keepRegistration({ email, passwordHash, path }: Registration, by: Asker): Promise<void> {
  await db().$transaction(async (tx) => {
    // A token nobody has the secret of: the hash stays apart from persons, and goes with the row, at the latest a day after.
    const { hash } = newOneTimeSecret();
    const data = { passwordHash, path };
    const expiresAt = new Date(Date.now() + KEPT_MS);
    const { id } = await tx.token.create({
      data: { purpose: "VERIFY_EMAIL", address: email, hash, data, expiresAt },
      select: { id: true },
    });
    await addJob(tx, "account.register", { registrationId: id, by }, { afterAnswer: true });
  });
}

/**
 * `account.register`: makes the account and mails its link, or tells the owner of an address that is known that they have
 * one; all of it or nothing, once. Of fifty registrations of one address the first makes the account.
 */
export async function finishRegistration({ registrationId, by }: Tasks["account.register"]): Promise<void> {
  const kept = await db().token.findUnique({ where: { id: registrationId }, select: { address: true, data: true } });
  // Done by a worker that died before it could say so.
  if (!kept) return;
  const { address: email } = kept;
  const { passwordHash: hash, path } = registrationSchema.parse(kept.data);
  await change(visitorOf(by), async (tx, record) => {
    await tx.token.delete({ where: { id: registrationId }, select: { id: true } });
    await lockAddress(tx, email);
    const known = await tx.user.findUnique({ where: { email }, select: { id: true, email: true, locale: true } });
    if (known) {
      await mailAlreadyRegistered(tx, known, by.locale);
      return record({ action: "user.registration_repeated", subjectType: "User", subjectId: known.id });
    }
    const select = { id: true, email: true, locale: true } as const;
    const user = await tx.user.create({ data: { email, locale: by.locale, password: { create: { hash } } }, select });
    await mailVerification(tx, user, by.locale, path);
    await record({ action: "user.registered", actorId: user.id, subjectType: "User", subjectId: user.id, after: { method: "password" } });
  });
}

/** Forgets links, tickets and registrations a day after their end; until then the wrong codes of a day are counted by them. */
export async function sweepTokens(): Promise<void> {
  await db().token.deleteMany({ where: { expiresAt: { lt: new Date(Date.now() - KEPT_MS) } } });
}
