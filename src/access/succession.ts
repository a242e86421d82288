import { db, type Transaction } from "@/lib/db";
import { change } from "./audit";
import type { Visitor } from "./entry";

/**
 * What a browser sends before it has its new cookie still counts for so long after the end of the old one. That end is written, and its
 * age read, by the database's clock: those of two processes may differ by minutes.
 */
export const UNDER_WAY_MS = 5_000;

type Owned = { userId: string; sid: string };
interface Last {
  id: string;
  /** Whether the one that was asked for has ended only just now. */
  underWay: boolean;
  /** Whether it began in the browser of this `deviceId`, or that was not noted. */
  isBrowsers: boolean;
}

/** The running session at the end of those that took this one's place, itself while it runs; null when none runs. */
export async function lastOf(
  on: Pick<Transaction, "$queryRaw">,
  { userId, sid, deviceId = null }: Owned & Partial<Pick<Visitor, "deviceId">>,
): Promise<Last | null> {
  const [last] = await on.$queryRaw<Last[]>`
    WITH RECURSIVE "line" AS (
      SELECT "id", "successorId", "endedAt", "endedAt" > clock_timestamp() - make_interval(secs => ${UNDER_WAY_MS / 1000}::int) AS "underWay",
             coalesce("deviceId" = ${deviceId}::uuid, "deviceId" IS NULL) AS "isBrowsers"
        FROM "Session" WHERE "id" = ${sid}::uuid AND "userId" = ${userId}::uuid
      UNION ALL
      SELECT next."id", next."successorId", next."endedAt", "line"."underWay", "line"."isBrowsers"
        FROM "line" JOIN "Session" next ON next."id" = "line"."successorId"
    )
    SELECT "id", "underWay" IS TRUE AS "underWay", "isBrowsers" FROM "line" WHERE "endedAt" IS NULL`;
  return last ?? null;
}

/**
 * Ends a session for one that is the same in all but its id, and returns that id; null where it has ended already, or began in another
 * browser than the one that asks: nothing is locked for the bearer of a copied cookie. Until it is committed it holds `lockPerson`, as
 * does whoever ends all of somebody's sessions. One statement, because the first page in the new role waits for it.
 */
export function makeSuccessor({ userId, sid }: Owned, by: Visitor): Promise<string | null> {
  return once((sooner) =>
    change(by, async (tx, record) => {
      const [made] = await tx.$queryRaw<{ id: string; method: string; strong: boolean }[]>`
        WITH "person" AS (
          SELECT u."id" FROM "User" u JOIN "Session" s ON s."userId" = u."id" WHERE u."id" = ${userId}::uuid AND s."id" = ${sid}::uuid
             AND coalesce(s."deviceId" = ${by.deviceId}::uuid, s."deviceId" IS NULL) FOR UPDATE OF u
        ),
        "former" AS (
          UPDATE "Session" SET "endedAt" = clock_timestamp(), "successorId" = gen_random_uuid() FROM "person"
           WHERE "Session"."id" = ${sid}::uuid AND "userId" = "person"."id" AND "endedAt" IS NULL RETURNING "Session".*
        )
        INSERT INTO "Session"
          ("id", "userId", "method", "strong", "userAgent", "ip", "place", "deviceId", "createdAt", "lastSeenAt", "reauthenticatedAt", "expiresAt")
        SELECT "successorId", "userId", "method", "strong", "userAgent", "ip", "place", "deviceId", "createdAt", "lastSeenAt",
               "reauthenticatedAt", "expiresAt" FROM "former"
        RETURNING "id", "method", "strong"`;
      if (!made) throw sooner;
      const { id, method, strong } = made;
      const after = { method, strong, renewed: true };
      await record({ action: "user.signed_in", actorId: userId, subjectType: "Session", subjectId: id, after });
      return id;
    }),
  );
}

/** The seconds in which the old cookie still counts begin anew: the answer with the new one has only just gone out. */
export async function prolongUnderWay(sid: string): Promise<void> {
  await db().$executeRaw`UPDATE "Session" SET "endedAt" = clock_timestamp() WHERE "id" = ${sid}::uuid AND "successorId" IS NOT NULL`;
}

/** Ends the session that took the place of one whose cookie came again, where it still runs, and remembers it as copied. */
export async function endCopied({ userId, sid: id }: Owned, by: Visitor): Promise<void> {
  await once((sooner) =>
    change(by, async (tx, record) => {
      const ended = await tx.$executeRaw`
        UPDATE "Session" SET "endedAt" = clock_timestamp() WHERE "id" = ${id}::uuid AND "endedAt" IS NULL`;
      if (ended === 0) throw sooner;
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
