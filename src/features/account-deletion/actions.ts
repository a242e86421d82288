"use server";

import { ForbiddenError, subject } from "@casl/ability";
import { revalidatePath } from "next/cache";
import { lockAdmins } from "@/access/admins";
import { change } from "@/access/audit";
import { action } from "@/access/door";
import { mailAccountDeletion } from "@/access/identity/account-mails";
import { lockPerson } from "@/access/identity/factors";
import { assertRecentlyProven } from "@/access/identity/reauthentication";
import { normaliseEmail } from "@/lib/email";
import { AppError } from "@/lib/errors";
import { DELETION_DAYS, keepAccountSchema, requestDeletionSchema } from "./schema";

const PAGE = "/settings/account";
const DAY_MS = 24 * 3_600_000;

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
      await tx.session.updateMany({ where: { userId, id: { not: sid }, endedAt: null }, data: { endedAt: new Date() } });
      await mailAccountDeletion(tx, userId, deleteAfter);
      const after = { deleteAfter: deleteAfter.toISOString() };
      await record({ action: "user.deletion_requested", subjectType: "User", subjectId: userId, after });
    });
    revalidatePath(PAGE);
  },
);

/** Takes the deletion back, up to the moment it is done. */
export const keepAccount = action({ can: ["delete", "User"], rate: "write" }, keepAccountSchema, async (_, entry) => {
  const { userId } = entry.actor;
  await change(entry, async (tx, record) => {
    await lockPerson(tx, userId);
    const { count } = await tx.user.updateMany({
      where: { id: userId, deleteAfter: { not: null }, deletedAt: null },
      data: { deleteAfter: null },
    });
    if (count === 0) throw new AppError("conflict");
    await record({ action: "user.deletion_cancelled", subjectType: "User", subjectId: userId });
  });
  revalidatePath(PAGE);
});
