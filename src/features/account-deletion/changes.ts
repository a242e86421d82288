import "server-only";
import { lockAdmins } from "@/access/admins";
import { change } from "@/access/audit";
import { NOBODY } from "@/access/entry";
import { mailAccountDeleted } from "@/access/identity/account-mails";
import { forgetInvitations } from "@/access/identity/invitations";
import { forgetOrganizationInvitations } from "@/access/identity/organization-invitations";
import { leaveOrganizations } from "@/access/organizations";
import { lockPerson } from "@/access/person-lock";
import { db, type Transaction } from "@/lib/db";
import { log } from "@/lib/log";
import type { Tasks } from "@/lib/queue";

/** Accounts a sweep looks at in one query. */
const SWEEP_PEOPLE = 100;

/** Redacts everybody whose day has come; what fails stays due and is tried at the next sweep. Returns how many are gone. */
export async function sweepDeletions(): Promise<number> {
  let gone = 0;
  // Beyond everybody who was looked at: those who stay must not stand in the way of the others.
  for (let after = { deleteAfter: new Date(0), id: "" }; ; ) {
    const due = await db().user.findMany({
      where: {
        deletedAt: null,
        deleteAfter: { gte: after.deleteAfter, lte: new Date() },
        ...(after.id && { OR: [{ deleteAfter: { gt: after.deleteAfter } }, { id: { gt: after.id } }] }),
      },
      select: { id: true, deleteAfter: true },
      orderBy: [{ deleteAfter: "asc" }, { id: "asc" }],
      take: SWEEP_PEOPLE,
    });
    for (const { id } of due) {
      try {
        if (await redact(id)) gone++;
      } catch (error) {
        log().error({ err: error, userId: id }, "account not deleted");
      }
    }
    const last = due.at(-1);
    if (due.length < SWEEP_PEOPLE || !last?.deleteAfter) return gone;
    after = { id: last.id, deleteAfter: last.deleteAfter };
  }
}

/** `account.delete`: the same for one whom an admin deletes now; where it fails, the sweep comes by soon. */
export async function deleteAtOnce({ userId }: Tasks["account.delete"]): Promise<void> {
  await redact(userId);
}

/**
 * Takes everything personal of somebody whose day has come, in one transaction: ways in, sessions, links, mails, waiting jobs,
 * and what the row itself says of them. The row stays, empty, because the audit log names its id. The files are marked and
 * nameless; their bytes go with the sweep of files, which forgets none. What stays, and for how long, says
 * docs/decisions/0012-deletion.md. False when there is nothing to do, or nobody else is admin.
 */
async function redact(userId: string): Promise<boolean> {
  const done = await change(NOBODY, async (tx, record) => {
    const admins = await lockAdmins(tx);
    await lockPerson(tx, userId);
    const person = await tx.user.findFirst({
      where: { id: userId, deleteAfter: { lte: new Date() }, deletedAt: null },
      select: { email: true, locale: true, role: true, emailVerified: true },
    });
    // Kept, or done by another process, since it was looked for. The last one who could run the place is kept too.
    if (!person || (person.role === "ADMIN" && admins.size === 0)) throw new NotDue();
    await forgetWaysIn(tx, userId, person.email);
    await forgetInvitations(tx, userId, person.email);
    await forgetTraces(tx, userId, person.email);
    await leaveOrganizations(tx, record, userId);
    await forgetOrganizationInvitations(tx, userId, person.email);
    await forgetWorks(tx, userId);
    await tx.file.updateMany({ where: { ownerId: userId }, data: { name: "" } });
    const now = new Date();
    // Archives lie in the store: the sweep of exports takes the object and then the row.
    await tx.dataExport.updateMany({ where: { userId }, data: { expiresAt: now } });
    await tx.file.updateMany({
      where: { ownerId: userId, status: { not: "DELETING" }, OR: [{ uploadExpiresAt: null }, { uploadExpiresAt: { lt: now } }] },
      data: { uploadExpiresAt: now },
    });
    await tx.file.updateMany({ where: { ownerId: userId, status: { not: "DELETING" } }, data: { status: "DELETING" } });
    await tx.user.update({
      where: { id: userId },
      data: { ...NOTHING, email: `${userId}@deleted.invalid`, deletedAt: now },
      select: { id: true },
    });
    if (person.emailVerified) await mailAccountDeleted(tx, person);
    await record({ action: "user.redacted", subjectType: "User", subjectId: userId });
    return true;
  }).catch((error: unknown) => {
    if (error instanceof NotDue) return false;
    throw error;
  });
  return done;
}

class NotDue extends Error {}

/** What is left of a person in their row. The epoch ends every cookie, whatever else happens to them. */
const NOTHING = {
  emailVerified: null,
  name: "",
  image: null,
  providerImage: null,
  role: "MEMBER" as const,
  city: null,
  interests: [] as string[],
  bio: null,
  locale: null,
  theme: null,
  banReason: null,
  externalId: null,
  publicMetadata: {},
  privateMetadata: {},
  unsafeMetadata: {},
  profileComplete: false,
  mustChangePassword: false,
  mayImpersonateWrite: false,
  secondFactor: false,
  resetAtSignIn: false,
  deleteAfter: null,
  epoch: { increment: 1 },
};

async function forgetWaysIn(tx: Transaction, userId: string, email: string): Promise<void> {
  const own = { where: { userId } };
  await tx.password.deleteMany(own);
  await tx.account.deleteMany(own);
  await tx.totpFactor.deleteMany(own);
  await tx.recoveryCode.deleteMany(own);
  await tx.passkey.deleteMany(own);
  await tx.session.deleteMany(own);
  await tx.personDay.deleteMany(own);
  await tx.token.deleteMany({ where: { OR: [{ userId }, { address: email }] } });
  await tx.mail.deleteMany({ where: { OR: [{ userId }, { to: email }] } });
  // Jobs that wait, or were given up, hold the address that was typed into a form.
  await tx.$executeRaw`DELETE FROM graphile_worker._private_jobs WHERE payload->>'address' = ${email} AND locked_at IS NULL`;
}

/** What they made; a trigger marks the files of what goes. */
async function forgetWorks(tx: Transaction, userId: string): Promise<void> {
  const own = { where: { authorId: userId } };
  await tx.imageGeneration.deleteMany(own);
  await tx.videoGeneration.deleteMany(own);
  await tx.book.deleteMany(own);
  await tx.blogPost.deleteMany(own);
}

/** What stands in rows that are not theirs: in the reports of work on many, and from where they acted as somebody else. */
async function forgetTraces(tx: Transaction, userId: string, email: string): Promise<void> {
  await tx.peopleJobRefusal.updateMany({ where: { subject: email }, data: { subject: userId } });
  await tx.session.updateMany({ where: { impersonatorId: userId }, data: { ip: null, userAgent: null, place: null } });
}
