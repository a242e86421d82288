import type { Recorder } from "@/access/audit";
import type { Transaction } from "@/lib/db";
import { AT_A_TERMINAL } from "./import/schema";
import { type RefusalReason, WHOLE_JOB } from "./schema";

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
export type Cursor = { [name: string]: Json };

/** A row that was left alone: its line in the file or place in the selection, from 1, whom it is about, and why. */
export interface Refusal {
  row: number;
  subject: string;
  reason: RefusalReason;
  field?: string;
}

/** What one batch changed; it is committed together with these. */
export interface Progress {
  /** Where the next batch begins; null when there is nothing left. */
  cursor: Cursor | null;
  /** How many rows of this batch were done; the refused ones are counted by themselves. */
  done: number;
  refusals: Refusal[];
  total?: number;
  /** Of the object that was written to the store, at the job's objectKey. */
  sizeBytes?: number;
}

export interface End {
  status: "DONE" | "FAILED" | "CANCELLED";
  why?: { reason: RefusalReason; field?: string };
}

/** Writes down what a batch did, in its transaction. */
export async function noteBatch(tx: Transaction, jobId: string, { cursor, done, refusals, total, sizeBytes }: Progress): Promise<void> {
  if (refusals.length > 0) {
    const rows = refusals.map((refusal) => ({ ...refusal, jobId, subject: refusal.subject.slice(0, 254) }));
    await tx.peopleJobRefusal.createMany({ data: rows });
  }
  await tx.peopleJob.update({
    where: { id: jobId },
    data: {
      done: { increment: done },
      refused: { increment: refusals.length },
      ...(cursor && { cursor }),
      ...(total !== undefined && { total }),
      ...(sizeBytes !== undefined && { sizeBytes }),
    },
    select: { id: true },
  });
}

/** Ends a job that is open, with its audit row; false for one that is over. */
export async function endJob(tx: Transaction, record: Recorder, id: string, { status, why }: End): Promise<boolean> {
  const open = { id, status: { in: ["PENDING" as const, "RUNNING" as const] } };
  const { count } = await tx.peopleJob.updateMany({ where: open, data: { status, finishedAt: new Date() } });
  if (count === 0) return false;
  if (why) await tx.peopleJobRefusal.create({ data: { jobId: id, row: WHOLE_JOB, subject: "", ...why } });
  const { createdById, done, refused } = await tx.peopleJob.findUniqueOrThrow({
    where: { id },
    select: { createdById: true, done: true, refused: true },
  });
  const after = { status, done, refused };
  // At a terminal nobody is signed in.
  const by = createdById === AT_A_TERMINAL ? {} : { actorId: createdById };
  await record({ action: "people_job.finished", subjectType: "PeopleJob", subjectId: id, ...by, after });
  return true;
}
