import "server-only";
import { db } from "@/lib/db";
import { log } from "@/lib/log";
import { AT_A_TERMINAL } from "./import/schema";
import { giveUp, queueKey } from "./runner";

const SWEEP_JOBS = 100;

/** Forgets jobs whose days are over, with their reports; their objects go with what the database writes down of that. */
export async function sweepPeopleJobs(): Promise<void> {
  await endAbandoned();
  await db().peopleJob.deleteMany({ where: { expiresAt: { lte: new Date() } } });
}

/** A job that nobody will take up again, because its last try was killed, has failed. One of a terminal was never in the queue. */
async function endAbandoned(): Promise<void> {
  const abandoned = await db().$queryRaw<{ id: string }[]>`
    SELECT j."id" FROM "PeopleJob" j WHERE j."status" IN ('PENDING', 'RUNNING') AND j."createdById" <> ${AT_A_TERMINAL}::uuid AND NOT EXISTS (
      SELECT 1 FROM graphile_worker.jobs q
       WHERE q.key = ${queueKey("")} || j."id"::text AND (q.attempts < q.max_attempts OR q.locked_at IS NOT NULL)) LIMIT ${SWEEP_JOBS}`;
  for (const { id } of abandoned) await giveUp(id).catch((error: unknown) => log().warn({ err: error, jobId: id }, "abandoned work"));
}
