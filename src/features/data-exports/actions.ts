"use server";

import { ForbiddenError, subject } from "@casl/ability";
import { revalidatePath } from "next/cache";
import { change } from "@/access/audit";
import { action } from "@/access/door";
import { assertRecentlyProven } from "@/access/identity/reauthentication";
import { lockPerson } from "@/access/person-lock";
import { AppError } from "@/lib/errors";
import { addJob } from "@/lib/queue";
import { storage } from "@/storage";
import { EXPORT_DAYS, requestExportSchema } from "./schema";

const DAY_MS = 24 * 3_600_000;

/** Has the worker make an archive of everything of one's own; one at a time, and only within ten minutes of a proof of who one is. */
export const requestExport = action({ can: ["create", "DataExport"], rate: "write" }, requestExportSchema, async (_, entry) => {
  const { userId } = entry.actor;
  const id = await change(entry, async (tx, record) => {
    await lockPerson(tx, userId);
    await assertRecentlyProven(entry, tx);
    ForbiddenError.from(entry.ability).throwUnlessCan("create", subject("DataExport", { userId }));
    if ((await tx.dataExport.count({ where: { userId, status: { in: ["PENDING", "RUNNING"] } } })) > 0)
      throw new AppError("conflict", "export_running");
    // Of older archives the sweep takes care: one that can be fetched is enough.
    const now = new Date();
    await tx.dataExport.updateMany({ where: { userId, expiresAt: { gt: now } }, data: { expiresAt: now } });
    const expiresAt = new Date(now.getTime() + EXPORT_DAYS * DAY_MS);
    const made = await tx.dataExport.create({ data: { userId, expiresAt, provider: storage().provider }, select: { id: true } });
    await addJob(tx, "data.export", { exportId: made.id }, { maxAttempts: 3 });
    await record({ action: "export.requested", subjectType: "DataExport", subjectId: made.id });
    return made.id;
  });
  revalidatePath("/settings/account");
  return { id };
});
