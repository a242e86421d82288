import type { Transaction } from "@/lib/db";
import { change } from "./audit";
import type { Visitor } from "./entry";
import { lockPerson } from "./identity/factors";

/** What a browser sends before it has its new cookie still counts for so long. */
export const UNDER_WAY_MS = 5_000;

type Owned = { userId: string; sid: string };

/**
 * The running session at the end of those that took this one's place, itself while it runs, and whether it has ended only just now; null
 * when none runs.
 */
export async function lastOf(
  on: Pick<Transaction, "$queryRaw">,
  { userId, sid }: Owned,
): Promise<{ id: string; underWay: boolean } | null> {
  const [last] = await on.$queryRaw<{ id: string; underWay: boolean }[]>`
    WITH RECURSIVE "line" AS (
      SELECT "id", "successorId", "endedAt", "endedAt" > clock_timestamp() - make_interval(secs => ${UNDER_WAY_MS / 1000}::int) AS "underWay"
        FROM "Session" WHERE "id" = ${sid}::uuid AND "userId" = ${userId}::uuid
      UNION ALL
      SELECT next."id", next."successorId", next."endedAt", "line"."underWay" FROM "line" JOIN "Session" next ON next."id" = "line"."successorId"
    )
    SELECT "id", "underWay" IS TRUE AS "underWay" FROM "line" WHERE "endedAt" IS NULL`;
  return last ?? null;
}

/** What of a session is the same in its successor: all but its id, its end, and when it was last seen. */
const SAME = {
  userId: true,
  method: true,
  strong: true,
  userAgent: true,
  ip: true,
  place: true,
  deviceId: true,
  createdAt: true,
  lastSeenAt: true,
  reauthenticatedAt: true,
  expiresAt: true,
} as const;

/** Ends a session for one that is the same in all but its id; null where it has ended already. */
export function makeSuccessor({ userId, sid }: Owned, by: Visitor): Promise<string | null> {
  return once((sooner) =>
    change(by, async (tx, record) => {
      // Whoever ends all of somebody's sessions holds this lock, and would miss one that is made meanwhile.
      await lockPerson(tx, userId);
      if (!(await endNow(tx, sid))) throw sooner;
      const same = await tx.session.findUniqueOrThrow({ where: { id: sid }, select: SAME });
      const { id } = await tx.session.create({ data: same, select: { id: true } });
      await tx.session.update({ where: { id: sid }, data: { successorId: id }, select: { id: true } });
      const after = { method: same.method, strong: same.strong, renewed: true };
      await record({ action: "user.signed_in", actorId: userId, subjectType: "Session", subjectId: id, after });
      return id;
    }),
  );
}

/** Ends the session that took the place of one whose cookie came again. */
export async function endCopied({ userId, sid: id }: Owned, by: Visitor): Promise<void> {
  await once((sooner) =>
    change(by, async (tx, record) => {
      if (!(await endNow(tx, id))) throw sooner;
      await record({ action: "session.copied", actorId: userId, subjectType: "Session", subjectId: id });
    }),
  );
}

/** What `run` gives, or null where it finds that another request was sooner and throws what it is given: then nothing is changed. */
async function once<T>(run: (sooner: Error) => Promise<T>): Promise<T | null> {
  const sooner = new Error("another request was sooner");
  return run(sooner).catch((error: unknown) => {
    if (error === sooner) return null;
    throw error;
  });
}

/** By the database's clock, which says as well how long ago it was: those of two processes may differ by minutes. */
async function endNow(tx: Transaction, id: string): Promise<boolean> {
  return (await tx.$executeRaw`UPDATE "Session" SET "endedAt" = clock_timestamp() WHERE "id" = ${id}::uuid AND "endedAt" IS NULL`) === 1;
}
