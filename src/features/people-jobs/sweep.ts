import "server-only";
import { db } from "@/lib/db";
import { log } from "@/lib/log";
import { AT_A_TERMINAL } from "./import/schema";
import { giveUp, queueKey } from "./runner";

/** So many jobs a sweep takes at once. */
const SWEPT_AT_ONCE = 100;
const BEFORE_ALL = "00000000-0000-0000-0000-000000000000";

/** Forgets jobs whose days are over, with their reports; their objects go with what the database writes down of that. */
export async function sweepPeopleJobs(atOnce = SWEPT_AT_ONCE): Promise<void> {
  await endAbandoned(atOnce);
  const where = { expiresAt: { lte: new Date() } };
  while ((await db().peopleJob.deleteMany({ where, limit: atOnce })).count === atOnce);
}

/** Jobs that nobody will take up again, because their last try was killed, have failed. Those of a terminal were never in the queue. */
async function endAbandoned(atOnce: number): Promise<void> {
  // Beyond all that were looked at: those whose end cannot be written must not stand in the way of the others.
  for (let after = BEFORE_ALL; ; ) {
    const abandoned = await db().$queryRaw<{ id: string }[]>`
      SELECT j."id" FROM "PeopleJob" j
       WHERE j."id" > ${after}::uuid AND j."status" IN ('PENDING', 'RUNNING') AND j."createdById" <> ${AT_A_TERMINAL}::uuid AND NOT EXISTS (
         SELECT 1 FROM graphile_worker.jobs q
          WHERE q.key = ${queueKey("")} || j."id"::text AND (q.attempts < q.max_attempts OR q.locked_at IS NOT NULL))
       ORDER BY j."id" LIMIT ${atOnce}`;
    for (const { id } of abandoned) await giveUp(id).catch((error: unknown) => log().warn({ err: error, jobId: id }, "abandoned work"));
    const last = abandoned.at(-1);
    if (!last || abandoned.length < atOnce) return;
    after = last.id;
  }
}
