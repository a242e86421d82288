import { db, type Transaction } from "@/lib/db";
import { change } from "./audit";
import type { Visitor } from "./entry";
import { lockPerson } from "./person-lock";

/** What a browser sent before it had its new cookie may arrive so much later than what it sent with it. */
export const UNDER_WAY_MS = 800;
/** What a browser sent before waits in its queue hardly longer: after it an old cookie is a copy. By the database's clock; two processes' may differ. */
const LATE_S = 60;

type Owned = { userId: string; sid: string };
type Following = Owned & { follows: string };
interface Last {
  id: string;
  /** Whether the one that was asked for runs, or has ended only just now. */
  underWay: boolean;
  /** Whether it began in the browser of this `deviceId`, or that was not noted. */
  isBrowsers: boolean;
}

/** The running session at the end of those that took this one's place, itself while none has; null when none runs. */
export async function lastOf(
  { userId, sid, deviceId = null }: Owned & Partial<Pick<Visitor, "deviceId">>,
  on: Pick<Transaction, "$queryRaw"> = db(),
): Promise<Last | null> {
  const [last] = await on.$queryRaw<Last[]>`
    WITH RECURSIVE "line" AS (
      SELECT "id", "successorId", "endedAt", "endedAt" > clock_timestamp() - make_interval(secs => ${LATE_S}::int) AS "underWay",
             coalesce("deviceId" = ${deviceId}::uuid, "deviceId" IS NULL) AS "isBrowsers", 0 AS "place"
        FROM "Session" WHERE "id" = ${sid}::uuid AND "userId" = ${userId}::uuid
      UNION ALL
      SELECT next."id", next."successorId", next."endedAt", "line"."underWay", "line"."isBrowsers", "line"."place" + 1
        FROM "line" JOIN "Session" next ON next."id" = "line"."successorId"
    )
    SELECT "id", "underWay" IS NOT FALSE AS "underWay", "isBrowsers" FROM "line" WHERE "endedAt" IS NULL ORDER BY "place" DESC LIMIT 1`;
  return last ?? null;
}

/**
 * Ends a session with all that took its place one after the other, and all that it took the place of, where they still run; says how many.
 * Asked under `lockPerson`, so that one which begins in this very moment is not missed.
 */
export async function endLine(tx: Transaction, { userId, sid }: Owned): Promise<number> {
  return tx.$executeRaw`
    UPDATE "Session" SET "endedAt" = clock_timestamp() WHERE "id" = ANY(${await lineOf(tx, { userId, sid })}::uuid[]) AND "endedAt" IS NULL`;
}

/**
 * Ends a session as `endLine` does, in favour of another: whatever names one of these (a device to be ended, a change of address that was
 * asked for in it) means `successorId` from now on.
 */
export async function replaceLine(tx: Transaction, { userId, sid }: Owned, successorId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE "Session" SET "endedAt" = coalesce("endedAt", clock_timestamp()), "successorId" = coalesce("successorId", ${successorId}::uuid)
     WHERE "id" = ANY(${await lineOf(tx, { userId, sid })}::uuid[]) AND ("endedAt" IS NULL OR "successorId" IS NULL)`;
}

/** The ids of a session, of all that took its place one after the other, and of all that it took the place of. */
export async function lineOf(tx: Transaction, { userId, sid }: Owned): Promise<string[]> {
  const line = await tx.$queryRaw<{ id: string }[]>`
    WITH RECURSIVE "line" AS (
      SELECT "id", "successorId" FROM "Session" WHERE "id" = ${sid}::uuid AND "userId" = ${userId}::uuid
      UNION
      SELECT other."id", other."successorId" FROM "line"
        JOIN "Session" other ON other."userId" = ${userId}::uuid AND (other."id" = "line"."successorId" OR other."successorId" = "line"."id")
    )
    SELECT "id" FROM "line"`;
  return line.map(({ id }) => id);
}

/**
 * Makes the session `sid` in place of the one it follows, the same in all but its id, unless that one has ended, has a successor, or began in
 * another browser than the one that asks: then nothing is changed, and nothing locked for the bearer of a copied cookie. Until it is
 * committed it holds `lockPerson`, as does whoever ends all of somebody's sessions.
 */
export async function makeSuccessor({ userId, sid, follows }: Following, by: Visitor): Promise<void> {
  await unlessSooner((sooner) =>
    change(by, async (tx, record) => {
      const [made] = await tx.$queryRaw<{ method: string; strong: boolean }[]>`
        WITH "person" AS (
          SELECT u."id" FROM "User" u JOIN "Session" s ON s."userId" = u."id"
           WHERE u."id" = ${userId}::uuid AND s."id" = ${follows}::uuid AND s."endedAt" IS NULL AND s."successorId" IS NULL
             AND coalesce(s."deviceId" = ${by.deviceId}::uuid, s."deviceId" IS NULL) FOR UPDATE OF u
        ),
        "former" AS (
          UPDATE "Session" SET "successorId" = ${sid}::uuid FROM "person"
           WHERE "Session"."id" = ${follows}::uuid AND "endedAt" IS NULL AND "successorId" IS NULL RETURNING "Session".*
        )
        INSERT INTO "Session"
          ("id", "userId", "method", "strong", "userAgent", "ip", "place", "deviceId", "createdAt", "lastSeenAt", "reauthenticatedAt", "expiresAt")
        SELECT "successorId", "userId", "method", "strong", "userAgent", "ip", "place", "deviceId", "createdAt", "lastSeenAt",
               "reauthenticatedAt", "expiresAt" FROM "former"
        RETURNING "method", "strong"`;
      if (!made) throw sooner;
      await record({
        action: "user.signed_in",
        actorId: userId,
        subjectType: "Session",
        subjectId: sid,
        after: { ...made, renewed: true },
      });
    }),
  );
}

/** Ends the session that this one took the place of, if it has not ended yet. */
export async function endFormer({ userId, sid, follows }: Following): Promise<void> {
  await db().$executeRaw`
    UPDATE "Session" SET "endedAt" = clock_timestamp()
     WHERE "id" = ${follows}::uuid AND "userId" = ${userId}::uuid AND "successorId" = ${sid}::uuid AND "endedAt" IS NULL`;
}

/** Ends the session that took the place of one whose cookie came again, where it still runs, and remembers it as copied. */
export async function endCopied({ userId, sid: id }: Owned, by: Visitor): Promise<void> {
  await unlessSooner((sooner) =>
    change(by, async (tx, record) => {
      await lockPerson(tx, userId);
      if ((await endLine(tx, { userId, sid: id })) === 0) throw sooner;
      await record({ action: "session.copied", actorId: userId, subjectType: "Session", subjectId: id });
    }),
  );
}

/** Does `run`, or nothing, not even a remembrance, where it finds that another request was sooner and throws what it is given. */
export async function unlessSooner(run: (sooner: Error) => Promise<void>): Promise<void> {
  const sooner = new Error("another request was sooner");
  await run(sooner).catch((error: unknown) => {
    if (error !== sooner) throw error;
  });
}
