import "server-only";
import { change } from "@/access/audit";
import { visitorOf } from "@/access/entry";
import { lockAddress, mailAlreadyRegistered, mailVerification, mayMail } from "@/access/identity/account-mails";
import { db, type Transaction } from "@/lib/db";
import { type Asker, addJob, type Tasks } from "@/lib/queue";

/** Asks for another confirmation mail: the same work for every address, and what comes of it only the mailbox sees. */
export async function askForVerification(address: string, by: Asker): Promise<void> {
  await addJob(db(), "account.verify", { address, by }, { afterAnswer: true });
}

/**
 * `account.verify`: the link once more for somebody who has not confirmed their address, the word that there is an account
 * for somebody who has, nothing for an address nobody registered.
 */
export async function sendVerification({ address, by }: Tasks["account.verify"]): Promise<void> {
  const where = { email: address, deletedAt: null };
  if ((await db().user.count({ where })) === 0) return;
  await change(visitorOf(by), async (tx, record) => {
    await lockAddress(tx, address);
    const select = { id: true, email: true, locale: true, emailVerified: true } as const;
    const user = await tx.user.findFirstOrThrow({ where, select });
    const sent = user.emailVerified === null && (await mayMail(tx, address, "verification"));
    if (sent) await mailVerification(tx, user, by.locale, await lastPath(tx, user.id));
    else if (user.emailVerified) await mailAlreadyRegistered(tx, user, by.locale);
    await record({ action: "user.verification_sent", subjectType: "User", subjectId: user.id, after: { sent } });
  });
}

/** Where the person was going when the link that is now replaced was sent. */
async function lastPath(tx: Transaction, userId: string): Promise<string> {
  const where = { userId, purpose: "VERIFY_EMAIL", usedAt: null } as const;
  const last = await tx.token.findFirst({ where, orderBy: { createdAt: "desc" }, select: { data: true } });
  const path = last?.data && typeof last.data === "object" && "path" in last.data ? last.data.path : null;
  return typeof path === "string" ? path : "/";
}

/** Frees an address from an account that was registered with it meanwhile and never confirmed: it holds nothing. */
export async function releaseAddress(tx: Transaction, email: string): Promise<void> {
  await tx.user.deleteMany({ where: { email, emailVerified: null, profileComplete: false, role: "MEMBER", files: { none: {} } } });
}
