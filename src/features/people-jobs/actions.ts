"use server";

import { randomUUID } from "node:crypto";
import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import { change } from "@/access/audit";
import { action } from "@/access/door";
import { filterText } from "@/access/identity/people-filter";
import { assertRecentlyProven } from "@/access/identity/reauthentication";
import { accessibleBy } from "@/access/rules";
import { AppError } from "@/lib/errors";
import { storage } from "@/storage";
import { AT_A_TERMINAL, checkImportSchema, importParamsSchema, requestImportSchema } from "./import/schema";
import { issueImportUpload, receiveImport } from "./import-uploads";
import { startPeopleJob } from "./runner";
import { exportPeopleSchema, peopleJobIdSchema, startBulkSchema } from "./schema";

/** A check names people, with what they are here: it is for the moment, not for the shelf. */
const CHECK_DAYS = 1;

/** Has the worker do one act to many people; each is judged there as one alone would be, at the moment it is done. */
export const startBulk = action(
  { can: ["create", "PeopleJob"], rate: "write" },
  startBulkSchema,
  async ({ ids, filter, ...act }, entry) => {
    // As JSON knows them: the end of a ban as text.
    const stored = "until" in act ? { ...act, until: act.until?.toISOString() ?? null } : act;
    const params = { act: stored, ...(ids && { ids }), ...(filter && { filter: filterText(filter) }) };
    const remember = { act: act.act, chosen: ids?.length ?? null };
    const id = await change(entry, async (tx, record) => {
      // As for one alone.
      if (act.act === "delete" || (act.act === "role" && act.role === "ADMIN")) await assertRecentlyProven(entry, tx);
      return startPeopleJob(tx, record, entry, { kind: "BULK", params, remember });
    });
    revalidatePath("/admin/jobs");
    return { id };
  },
);

/**
 * Has the worker write people into a file. With password hashes only within ten minutes of
 * a proof of who one is.
 */
export const exportPeople = action(
  { can: ["create", "PeopleJob"], rate: "write" },
  exportPeopleSchema,
  async ({ format, hashes, ids, ...filter }, entry) => {
    const params = { format, hashes, ...(ids ? { ids } : { filter: filterText(filter) }) };
    const remember = { format, hashes, chosen: ids?.length ?? null, everybody: !ids && Object.keys(filterText(filter)).length === 0 };
    const id = await change(entry, async (tx, record) => {
      if (hashes) await assertRecentlyProven(entry, tx);
      const objectKey = `people-jobs/${randomUUID()}`;
      return startPeopleJob(tx, record, entry, { kind: "EXPORT", params, objectKey, remember });
    });
    revalidatePath("/admin/jobs");
    return { id };
  },
);

/** Ends a job after the batch it is at; what was done stays done. */
export const cancelPeopleJob = action({ can: ["update", "PeopleJob"], rate: "write" }, peopleJobIdSchema, async ({ id }, entry) => {
  await change(entry, async (tx, record) => {
    const job = await tx.peopleJob.findFirst({
      where: { AND: [accessibleBy(entry.ability, "update").ofType("PeopleJob"), { id }] },
      select: { createdById: true, done: true, refused: true },
    });
    if (!job) throw new AppError("not_found");
    const { createdById, ...after } = job;
    // Its process looks at no database to hear of it: it would go on, and seem to be at its end.
    if (createdById === AT_A_TERMINAL) throw new AppError("conflict", "job_at_terminal");
    const { count } = await tx.peopleJob.updateMany({
      where: { id, status: { in: ["PENDING", "RUNNING"] }, cancelAskedAt: null },
      data: { cancelAskedAt: new Date() },
    });
    if (count === 0) throw new AppError("conflict", "job_over");
    await record({ action: "people_job.cancelled", subjectType: "PeopleJob", subjectId: id, after });
  });
  revalidatePath(`/admin/jobs/${id}`);
});

/** A URL for a file of people, and the ticket with which it is looked at; only within ten minutes of a proof of who one is. */
export const requestImport = action({ can: ["create", "PeopleJob"], rate: "upload" }, requestImportSchema, async ({ sizeBytes }, entry) => {
  await assertRecentlyProven(entry);
  return issueImportUpload(entry.actor.userId, sizeBytes);
});

/** Has the worker look what the file that was sent would change. Nothing of anybody is written. */
export const checkImport = action(
  { can: ["create", "PeopleJob"], rate: "write" },
  checkImportSchema,
  async ({ ticket, from, roles }, entry) => {
    await assertRecentlyProven(entry);
    const { objectKey } = await receiveImport(entry.actor.userId, ticket);
    const params = { from, roles, dryRun: true };
    const id = await change(entry, (tx, record) =>
      startPeopleJob(tx, record, entry, { kind: "IMPORT", params, objectKey, keptDays: CHECK_DAYS, remember: params }),
    ).catch(async (error: unknown) => {
      await storage()
        .delete(objectKey)
        .catch(() => undefined);
      throw error;
    });
    revalidatePath("/admin/jobs");
    return { id };
  },
);

/** Has the worker import what was looked at, once; only within ten minutes of a proof of who one is. */
export const startImport = action({ can: ["create", "PeopleJob"], rate: "write" }, peopleJobIdSchema, async ({ id }, entry) => {
  const started = await change(entry, async (tx, record) => {
    await assertRecentlyProven(entry, tx);
    const checked = { id, kind: "IMPORT" as const, status: "DONE" as const, expiresAt: { gt: new Date() } };
    const where = { AND: [accessibleBy(entry.ability).ofType("PeopleJob"), checked, { params: { path: ["dryRun"], equals: true } }] };
    const looked = await tx.peopleJob.findFirst({ where, select: { params: true, provider: true, objectKey: true, total: true } });
    if (!looked) throw new AppError("not_found");
    const params = { ...importParamsSchema.parse(looked.params), dryRun: false };
    // The file goes over to the new job: of two that ask at once, one finds it.
    const { count } = looked.objectKey
      ? await tx.peopleJob.updateMany({ where: { id, objectKey: looked.objectKey }, data: { objectKey: null } })
      : { count: 0 };
    if (!looked.objectKey || count === 0) throw new AppError("conflict", "import_started");
    const asked = { kind: "IMPORT" as const, params, objectKey: looked.objectKey, remember: params };
    return startPeopleJob(tx, record, entry, {
      ...asked,
      ...(looked.provider && { provider: looked.provider }),
      ...(looked.total !== null && { total: looked.total }),
    });
  });
  redirect(`/admin/jobs/${started}`);
});
