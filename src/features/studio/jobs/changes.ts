import "server-only";
import { ForbiddenError, subject } from "@casl/ability";
import { change } from "@/access/audit";
import type { Entry } from "@/access/entry";
import { changeWithRoom } from "@/access/room";
import { accessibleBy } from "@/access/rules";
import { db, type Transaction } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { promptOf } from "../drafts/asked";
import { giveBackPlaces } from "./results";
import { type Place, restartJob, roomOf, tellOfEnd } from "./start";
import { advance } from "./transition";

const JOB = {
  id: true,
  ownerId: true,
  kind: true,
  status: true,
  attempt: true,
  generator: true,
  params: true,
  imageGeneration: { select: { organizationId: true } },
  videoGeneration: { select: { organizationId: true } },
  book: { select: { organizationId: true } },
  blogPost: { select: { organizationId: true } },
} as const;

/**
 * Ends a job that is not done yet: what has arrived stays, what its generator still sends is not listened to. Throws "not_found"
 * for one that is not theirs, and "conflict" with the reason job_has_ended.
 */
export async function cancelJob(entry: Entry, id: string): Promise<void> {
  await change(entry, async (tx, record) => {
    const job = await findJob(tx, entry, id);
    if (!(await advance(tx, job, { status: "CANCELLED" }))) throw new AppError("conflict", "job_has_ended");
    await giveBackPlaces(tx, id);
    await tellOfEnd(tx, job);
    await record({ action: "job.cancelled", subjectType: "Job", subjectId: id, after: { ownerId: job.ownerId, attempt: job.attempt } });
  });
}

/** Begins another attempt at one's own job that failed or was cancelled, for the results that are not there yet. */
export async function retryJob(entry: Entry, id: string): Promise<void> {
  const places = await missingPlaces(entry, id);
  await changeWithRoom(entry, roomOf(places), async (tx, record) => {
    const job = await findJob(tx, entry, id);
    // Its room would be counted for whoever asks.
    if (job.ownerId !== entry.actor.userId) throw new AppError("not_found");
    if (job.status !== "FAILED" && job.status !== "CANCELLED") throw new AppError("conflict", "job_has_not_failed");
    const purpose = job.imageGeneration ?? job.videoGeneration ?? job.book ?? job.blogPost;
    // A draft is its author's alone.
    const organizationId = promptOf(job.params) === null ? (purpose?.organizationId ?? null) : null;
    await restartJob(tx, { ...job, organizationId }, places);
    await record({ action: "job.tried_again", subjectType: "Job", subjectId: id, after: { attempt: job.attempt + 1 } });
  });
}

async function findJob(tx: Pick<Transaction, "job">, entry: Entry, id: string) {
  const job = await tx.job.findFirst({ where: { AND: [accessibleBy(entry.ability, "update").ofType("Job"), { id }] }, select: JOB });
  if (!job) throw new AppError("not_found");
  ForbiddenError.from(entry.ability).throwUnlessCan("update", subject("Job", job));
  return job;
}

/** The places that nothing is shown in: given back by an earlier attempt, or emptied by their owner. */
async function missingPlaces(entry: Entry, id: string): Promise<(Place & { index: number })[]> {
  const job = await db().job.findFirst({
    where: { AND: [accessibleBy(entry.ability, "update").ofType("Job"), { id }] },
    select: { places: true, files: { where: { status: "READY" }, select: { jobIndex: true } } },
  });
  const there = new Set(job?.files.map(({ jobIndex }) => jobIndex));
  // Written by `startJob` alone.
  const places = (job?.places ?? []) as Place[];
  return places.map((place, index) => ({ ...place, index })).filter(({ index }) => !there.has(index));
}
