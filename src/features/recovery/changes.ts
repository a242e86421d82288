import "server-only";
import { change } from "@/access/audit";
import { visitorOf } from "@/access/entry";
import { lockAddress, mailMagicLink, mailReset, mayMail } from "@/access/identity/account-mails";
import { db } from "@/lib/db";
import { type Asker, addJob, type Tasks } from "@/lib/queue";

/** Asks for a mail with which a new password is chosen: the same work for every address, known or not. */
export async function askForReset(address: string, by: Asker): Promise<void> {
  await addJob(db(), "account.forgot", { address, by }, { afterAnswer: true });
}

/**
 * `account.forgot`: mails the link to whoever has an account with this address, confirmed or not, with a password or not,
 * at most three times an hour; nothing to anybody else.
 */
export async function sendReset({ address, by }: Tasks["account.forgot"]): Promise<void> {
  const where = { email: address, deletedAt: null };
  if ((await db().user.count({ where })) === 0) return;
  await change(visitorOf(by), async (tx, record) => {
    await lockAddress(tx, address);
    const user = await tx.user.findFirstOrThrow({ where, select: { id: true, email: true, locale: true } });
    const sent = await mayMail(tx, address, "reset");
    if (sent) await mailReset(tx, user, by.locale);
    await record({ action: "user.reset_sent", subjectType: "User", subjectId: user.id, after: { sent } });
  });
}

/** Asks for a mail whose link signs in: the same work for every address, known or not. */
export async function askForMagicLink(address: string, path: string, by: Asker): Promise<void> {
  await addJob(db(), "account.magicLink", { address, path, by }, { afterAnswer: true });
}

/** `account.magicLink`: mails the link to whoever has an account with this address, at most five times an hour; nothing to anybody else. */
export async function sendMagicLink({ address, path, by }: Tasks["account.magicLink"]): Promise<void> {
  const where = { email: address, deletedAt: null };
  if ((await db().user.count({ where })) === 0) return;
  await change(visitorOf(by), async (tx, record) => {
    await lockAddress(tx, address);
    const user = await tx.user.findFirstOrThrow({ where, select: { id: true, email: true, locale: true } });
    const sent = await mayMail(tx, address, "magicLink");
    if (sent) await mailMagicLink(tx, user, by.locale, path);
    await record({ action: "user.magic_link_sent", subjectType: "User", subjectId: user.id, after: { sent } });
  });
}
