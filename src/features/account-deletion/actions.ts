"use server";

import { ForbiddenError, subject } from "@casl/ability";
import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import { getLocale } from "next-intl/server";
import { lockAdmins } from "@/access/admins";
import { change } from "@/access/audit";
import { doerIn } from "@/access/doer";
import { action } from "@/access/door";
import type { Entry } from "@/access/entry";
import { mailAccountDeletion } from "@/access/identity/account-mails";
import { actOnPerson, DELETION_DAYS } from "@/access/identity/people-acts";
import { assertRecentlyProven } from "@/access/identity/reauthentication";
import { endOtherSessions } from "@/access/identity/ways-in";
import { lockPerson } from "@/access/person-lock";
import { accessibleBy } from "@/access/rules";
import type { Transaction } from "@/lib/db";
import { normaliseEmail } from "@/lib/email";
import { AppError } from "@/lib/errors";
import { deletePersonSchema, keepAccountSchema, keepPersonSchema, requestDeletionSchema } from "./schema";

const PAGE = "/settings/account";
const KEPT = `${PAGE}?notice=account_kept`;
const DAY_MS = 24 * 3_600_000;
/** A deletion that can still be taken back: what is due belongs to the worker. */
const TO_COME = () => ({ deleteAfter: { gt: new Date() }, deletedAt: null });

/**
 * Sets the day on which one's own account goes, for whoever types its address and has proven within ten minutes who they
 * are. Every other session ends; this one stays, so that the mind can be changed. Never the last admin's.
 */
export const requestDeletion = action(
  { can: ["delete", "User"], rate: "credentials" },
  requestDeletionSchema,
  async ({ address }, entry) => {
    const { userId, sid, email } = entry.actor;
    if (normaliseEmail(address) !== email) throw new AppError("invalid", undefined, { fields: { address: "field.address_differs" } });
    const deleteAfter = new Date(Date.now() + DELETION_DAYS * DAY_MS);
    await change(entry, async (tx, record) => {
      const admins = await lockAdmins(tx);
      await lockPerson(tx, userId);
      await assertRecentlyProven(entry, tx);
      ForbiddenError.from(entry.ability).throwUnlessCan("delete", subject("User", { id: userId }));
      if (admins.has(userId) && admins.size <= 1) throw new AppError("conflict", "last_admin");
      const { count } = await tx.user.updateMany({ where: { id: userId, deleteAfter: null }, data: { deleteAfter } });
      if (count === 0) throw new AppError("conflict");
      await endOtherSessions(tx, userId, [sid]);
      await mailAccountDeletion(tx, [userId], deleteAfter, await getLocale());
      const after = { deleteAfter: deleteAfter.toISOString() };
      await record({ action: "user.deletion_requested", subjectType: "User", subjectId: userId, after });
    });
    revalidatePath(PAGE);
  },
);

/** Takes the deletion back, up to the moment its day has come, and says that the account stays; also where that was done in another tab. */
export const keepAccount = action({ can: ["delete", "User"], rate: "write" }, keepAccountSchema, async (_, entry) => {
  const { userId, deleteAfter } = entry.actor;
  if (deleteAfter === null) redirect(KEPT);
  await change(entry, async (tx, record) => {
    await lockPerson(tx, userId);
    const { count } = await tx.user.updateMany({
      where: { id: userId, ...TO_COME() },
      data: { deleteAfter: null },
    });
    if (count === 0) throw new AppError("conflict");
    await record({ action: "user.deletion_cancelled", subjectType: "User", subjectId: userId });
  });
  redirect(KEPT);
});

/**
 * For an admin, of another person whose address they type, within ten minutes of proving who they are: sets the day on which the
 * account goes, or has the worker take it now. Every session of theirs ends. Never one's own, and never the last admin's.
 */
export const deletePerson = action(
  { can: ["delete", "User"], rate: "credentials" },
  deletePersonSchema,
  async ({ userId, address, when }, entry) => {
    await change(entry, async (tx, record) => {
      await lockAdmins(tx);
      await lockPerson(tx, userId);
      await assertRecentlyProven(entry, tx);
      const person = await findOther(tx, entry, userId);
      if (normaliseEmail(address) !== person.email)
        throw new AppError("invalid", undefined, { fields: { address: "field.address_differs" } });
      await actOnPerson(tx, record, doerIn(entry), { act: "delete", now: when === "now" }, userId);
    });
    revalidatePath("/admin/users");
    redirect(when === "later" ? `/admin/users/${userId}` : "/admin/users");
  },
);

/** For an admin: takes the deletion of another person back, up to the moment its day has come. */
export const keepPerson = action({ can: ["delete", "User"], rate: "write" }, keepPersonSchema, async ({ userId }, entry) => {
  await change(entry, (tx, record) => actOnPerson(tx, record, doerIn(entry), { act: "keep" }, userId));
  revalidatePath("/admin/users");
  redirect(`/admin/users/${userId}`);
});

async function findOther(tx: Transaction, entry: Entry, id: string) {
  if (id === entry.actor.userId) throw new AppError("forbidden", "own_account");
  const where = { AND: [accessibleBy(entry.ability, "delete").ofType("User"), { id, deletedAt: null }] };
  const person = await tx.user.findFirst({ where, select: { email: true } });
  if (!person) throw new AppError("not_found");
  return person;
}
