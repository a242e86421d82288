import { doPeopleJob, type PeopleJobStep } from "@/features/people-jobs/runner";
import { startWorker } from "@/lib/queue";

/*
 * A worker in a process of its own, for a test that kills it: each batch writes ten people's cities, and the one named in the
 * environment never comes to its commit. node --import tsx --import ./tests/support/bare.mjs
 */
const stuckAt = Number(process.env.STUCK_AT ?? -1);

export function tenByTen(stuck: number) {
  const step: PeopleJobStep = async ({ job, cursor }) => {
    const at = Number(cursor?.at ?? 0);
    const { ids } = job.params as { ids: string[] };
    return async ({ tx, record }) => {
      const batch = ids.slice(at, at + 10);
      // Tells how often each was reached: twice would show.
      for (const id of batch) {
        await tx.$executeRaw`UPDATE "User" SET "city" = coalesce("city", '') || 'x' WHERE "id" = ${id}::uuid`;
        await record({ action: "user.profile_changed", subjectType: "User", subjectId: id });
      }
      if (at === stuck) await new Promise(() => undefined);
      const refusals = [{ row: at + 1, subject: batch[0] ?? "", reason: "failed" as const }];
      return { cursor: at + 10 < ids.length ? { at: at + 10 } : null, done: batch.length - 1, refusals, total: ids.length };
    };
  };
  return doPeopleJob({ BULK: step });
}

if (process.env.STUCK_AT) startWorker({ "people.job": tenByTen(stuckAt) });
