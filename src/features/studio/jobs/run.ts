import "server-only";
import type { GeneratorName } from "@/lib/db";
import { db } from "@/lib/db";
import { log } from "@/lib/log";
import type { Job, Tasks } from "@/lib/queue";
import { storage } from "@/storage";
import type { Generator, Work } from "../generators/generator";
import { complete, fail } from "./results";
import { deadlineOf, MAX_ATTEMPTS, queue, tellOfEnd } from "./start";
import { advance, type Failure, LIVING } from "./transition";

/** So many rows a sweep takes at once. */
const SWEPT_AT_ONCE = 1_000;
/** What happened is told to who comes back within a day. */
const KEEP_MS = 24 * 3_600_000;

/** What ends an attempt: the reason is for the person, the cause for the log. */
export class GenerationFailed extends Error {
  constructor(
    readonly reason: Failure,
    cause?: unknown,
  ) {
    super(reason, { cause });
  }
}

/** Where what an older build began has no generator any more. */
const GONE: Generator = { step: () => Promise.reject(new GenerationFailed("generator_failed")) };

/**
 * `generation.step`: has the job's generator do its next step. Run again after a crash, it goes on with what is missing; of an
 * attempt that has ended it does nothing. A fault that passes (the store, the network) is tried five times, then it is the attempt's end.
 */
export function stepWith(generators: Partial<Record<GeneratorName, Generator>>) {
  return async ({ jobId, attempt }: Tasks["generation.step"], task: Job): Promise<void> => {
    const work = await workOf(jobId, attempt);
    if (!work) return;
    try {
      if (!(await begin(work))) return;
      const next = await (generators[work.generator] ?? GONE).step(work, task.signal);
      if (next === "done") {
        const missing = await complete(work);
        if (missing) await fail(work, missing);
      } else if (next !== "elsewhere") await again(work, next.againInSeconds);
    } catch (error) {
      log().warn({ err: error, jobId, attempt, tried: task.attempt }, "generation");
      if (error instanceof GenerationFailed) await fail(work, error.reason);
      // A process that ends is nobody's fault.
      else if (task.attempt >= MAX_ATTEMPTS && !task.signal.aborted) await fail(work, "generator_failed");
      else throw error;
    }
  };
}

/** `generation.cancel`: tells a job's generator that an attempt was cancelled. */
export function cancelWith(generators: Partial<Record<GeneratorName, Generator>>) {
  return async ({ jobId, attempt }: Tasks["generation.cancel"]): Promise<void> => {
    const job = await db().job.findUnique({ where: { id: jobId }, select: { attempt: true, generator: true, externalId: true } });
    // Of an earlier attempt its name there is forgotten.
    if (job) await generators[job.generator]?.cancel?.({ id: jobId, attempt, externalId: job.attempt === attempt ? job.externalId : null });
  };
}

/** Ends attempts nothing was heard of in time, each by itself, and forgets events and messages older than a day. */
export async function sweepJobs(atOnce = SWEPT_AT_ONCE): Promise<void> {
  const now = new Date();
  // Beyond all that were looked at: those whose end cannot be written must not stand in the way of the others.
  for (let after = { deadlineAt: new Date(0), id: "" }; ; ) {
    const due = await db().job.findMany({
      where: {
        status: { in: LIVING },
        deadlineAt: { gte: after.deadlineAt, lt: now },
        ...(after.id && { OR: [{ deadlineAt: { gt: after.deadlineAt } }, { id: { gt: after.id } }] }),
      },
      select: { id: true, attempt: true, generator: true, deadlineAt: true },
      orderBy: [{ deadlineAt: "asc" }, { id: "asc" }],
      take: atOnce,
    });
    for (const job of due)
      await fail(job, "timed_out", (tx) => tellOfEnd(tx, job)).catch((err: unknown) =>
        log().error({ err, jobId: job.id }, "job not ended"),
      );
    const last = due.at(-1);
    if (!last || due.length < atOnce) break;
    after = last;
  }
  const before = new Date(now.getTime() - KEEP_MS);
  const [events, messages] = [{ at: { lt: before } }, { receivedAt: { lt: before } }];
  while ((await db().jobEvent.deleteMany({ where: events, limit: atOnce })).count === atOnce);
  while ((await db().webhookDelivery.deleteMany({ where: messages, limit: atOnce })).count === atOnce);
}

/** The attempt as its generator needs it; null once it has ended. */
export async function workOf(id: string, attempt: number): Promise<(Work & { generator: GeneratorName }) | null> {
  const job = await db().job.findFirst({
    where: { id, attempt, status: { in: LIVING } },
    select: {
      id: true,
      attempt: true,
      kind: true,
      ownerId: true,
      generator: true,
      externalId: true,
      params: true,
      deadlineAt: true,
      imageGenerationId: true,
      videoGenerationId: true,
      bookId: true,
      blogPostId: true,
      files: {
        where: { status: "PENDING", provider: storage().provider },
        select: { jobIndex: true, uploadKey: true, contentType: true, sizeBytes: true },
        orderBy: { jobIndex: "asc" },
      },
    },
  });
  if (!job) return null;
  const { files, ...rest } = job;
  const places = files.flatMap(({ jobIndex: index, uploadKey, contentType, sizeBytes }) =>
    index === null || uploadKey === null ? [] : [{ index, uploadKey, contentType, maxBytes: Number(sizeBytes) }],
  );
  return { ...rest, places };
}

/** Notes that an attempt is under way; its time runs from the first step. False when it has ended meanwhile. */
function begin(work: Work): Promise<boolean> {
  const { id, attempt, kind } = work;
  const deadlineAt = deadlineOf(kind);
  return db().$transaction(async (tx) => {
    const { count } = await tx.job.updateMany({ where: { id, attempt, status: "PENDING" }, data: { deadlineAt } });
    if (count > 0) {
      await tx.file.updateMany({ where: { jobId: id, status: "PENDING" }, data: { uploadExpiresAt: deadlineAt } });
      work.deadlineAt = deadlineAt;
    }
    return advance(tx, work, { status: "PROCESSING" });
  });
}

/** Has the attempt go on later, while it lives: a job's steps wait under one key, and the one there may be another attempt's by now. */
async function again(work: Work, seconds: number): Promise<void> {
  await db().$transaction(async (tx) => {
    const [living] = await tx.$queryRaw<unknown[]>`SELECT 1 FROM "Job"
      WHERE "id" = ${work.id}::uuid AND "attempt" = ${work.attempt} AND "status" = ANY (${LIVING}::"JobStatus"[]) FOR UPDATE`;
    if (living) await queue(tx, work, new Date(Date.now() + seconds * 1000));
  });
}
