"use server";

import { randomUUID } from "node:crypto";
import { revalidatePath } from "next/cache";
import { change } from "@/access/audit";
import { action } from "@/access/door";
import { filterText } from "@/access/identity/people-filter";
import { assertRecentlyProven } from "@/access/identity/reauthentication";
import { accessibleBy } from "@/access/rules";
import { AppError } from "@/lib/errors";
import { startPeopleJob } from "./runner";
import { exportPeopleSchema, peopleJobIdSchema, startBulkSchema } from "./schema";

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
      if (act.act === "delete") await assertRecentlyProven(entry, tx);
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
      select: { done: true, refused: true },
    });
    if (!job) throw new AppError("not_found");
    const { count } = await tx.peopleJob.updateMany({
      where: { id, status: { in: ["PENDING", "RUNNING"] }, cancelAskedAt: null },
      data: { cancelAskedAt: new Date() },
    });
    if (count === 0) throw new AppError("conflict", "job_over");
    await record({ action: "people_job.cancelled", subjectType: "PeopleJob", subjectId: id, after: job });
  });
  revalidatePath(`/admin/jobs/${id}`);
});
