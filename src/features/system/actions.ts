"use server";

import { revalidatePath } from "next/cache";
import { change } from "@/access/audit";
import { action } from "@/access/door";
import { AppError } from "@/lib/errors";
import { mailKey } from "@/lib/outbox";
import { addJob } from "@/lib/queue";
import { dropJob, rescheduleJob } from "@/lib/queue-state";
import { askForCensus } from "./census";
import { countStorageSchema, jobIdSchema, mailIdSchema } from "./schema";

/** Has a job that failed tried again, at once and as often as a new one. */
export const retryJob = action({ can: ["update", "Dashboard"], rate: "write" }, jobIdSchema, async ({ id }, entry) => {
  await change(entry, async (tx, record) => {
    if (!(await rescheduleJob(tx, id))) throw new AppError("not_found");
    await record({ action: "job.retried", subjectType: "Job", subjectId: id });
  });
  revalidatePath("/admin/system");
});

/** Takes a job that failed out of the queue: nobody tries it again. */
export const giveUpJob = action({ can: ["update", "Dashboard"], rate: "write" }, jobIdSchema, async ({ id }, entry) => {
  await change(entry, async (tx, record) => {
    if (!(await dropJob(tx, id))) throw new AppError("not_found");
    await record({ action: "job.given_up", subjectType: "Job", subjectId: id });
  });
  revalidatePath("/admin/system");
});

/** Has a mail that was not taken tried again at once; one that was given up has lost its links, and cannot be. */
export const sendMailAgain = action({ can: ["update", "Dashboard"], rate: "write" }, mailIdSchema, async ({ id }, entry) => {
  await change(entry, async (tx, record) => {
    const mail = await tx.mail.findFirst({
      where: { id, sentAt: null, lastError: { not: null }, props: { not: {} } },
      select: { id: true },
    });
    if (!mail) throw new AppError("not_found");
    await addJob(tx, "mail.send", { mailId: id }, { key: mailKey(id) });
    await record({ action: "mail.sent_again", subjectType: "Mail", subjectId: id });
  });
  revalidatePath("/admin/system");
});

/** Has the worker walk the store now instead of once a day. */
export const countStorage = action({ can: ["update", "Dashboard"], rate: "write" }, countStorageSchema, async (_, entry) => {
  await change(entry, async (tx, record) => {
    if (!(await askForCensus(tx))) throw new AppError("conflict", "census_running");
    await record({ action: "storage.counted", subjectType: "Storage", subjectId: "all" });
  });
  revalidatePath("/admin/system");
});
