"use server";

import { ForbiddenError, subject } from "@casl/ability";
import { revalidatePath } from "next/cache";
import { change } from "@/access/audit";
import { action } from "@/access/door";
import { accessibleBy } from "@/access/rules";
import type { Transaction } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { changeRoleSchema } from "./schema";

/**
 * Gives a person another role; their open sessions have it on the next request, in every process. Nobody changes their
 * own, and at least one ADMIN stays: of two admins who demote each other at once, one keeps the role.
 */
export const changeRole = action({ can: ["update", "User"], rate: "write" }, changeRoleSchema, async ({ userId, role }, entry) => {
  const changed = await change(entry, async (tx, record) => {
    const admins = await lockAdmins(tx);
    const person = await tx.user.findFirst({
      where: { AND: [accessibleBy(entry.ability).ofType("User"), { id: userId }] },
      select: { id: true, role: true },
    });
    if (!person) throw new AppError("not_found");
    ForbiddenError.from(entry.ability).throwUnlessCan("update", subject("User", person), "role");
    // Asked again under the lock: whoever was first may just have taken this right from us.
    if (!admins.has(entry.actor.userId)) throw new AppError("forbidden");
    if (person.role === role) throw new AppError("conflict", "role_unchanged");
    if (person.role === "ADMIN" && admins.size <= 1) throw new AppError("conflict", "last_admin");
    await tx.user.update({ where: { id: userId }, data: { role }, select: { id: true } });
    await record({ action: "user.role_changed", subjectType: "User", subjectId: userId, before: { role: person.role }, after: { role } });
    return { userId, role };
  });
  revalidatePath("/admin/users");
  return changed;
});

/** The ids of all admins, their rows locked in one order, so that two changes of roles wait for each other. */
async function lockAdmins(tx: Transaction): Promise<Set<string>> {
  const rows = await tx.$queryRaw<{ id: string }[]>`SELECT "id" FROM "User" WHERE "role" = 'ADMIN' ORDER BY "id" FOR UPDATE`;
  return new Set(rows.map(({ id }) => id));
}
