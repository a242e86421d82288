import { db, type Transaction } from "@/lib/db";
import { within } from "@/lib/deadline";
import { log } from "@/lib/log";
import { perProcess } from "@/lib/per-process";
import { type Claims, SESSION_SECONDS } from "@/lib/session-token";
import type { Standing } from "./freshness-memory";

/** How long a session lasts from sign-in, whatever happens in it. */
const ABSOLUTE_SECONDS: Record<Claims["role"], number> = { MEMBER: SESSION_SECONDS, ADMIN: 24 * 3600 };
/** How long an admin's may lie idle (ASVS 7.3.1); a member's may as long as it lasts. */
const ADMIN_IDLE_SECONDS = 3600;
const SEEN_EVERY_MS = 60_000;
/** How long the database has to end a session that is refused in any case, or to say whether somebody lay idle. */
const ANSWER_MS = 1_500;
const MAX_SEEN = 50_000;

/** When a session that begins now ends for good. */
export function absoluteEnd(role: Claims["role"]): Date {
  return new Date(Date.now() + ABSOLUTE_SECONDS[role] * 1000);
}

/**
 * Whether a session is within its lifetimes. Notes on the way when it was last seen, at most once a minute; only an admin
 * waits for that, because whether they were idle is decided by it. A database that does not answer keeps nobody out.
 */
export async function isAwake({ sub, sid, began }: Claims, { role }: Standing): Promise<boolean> {
  const now = Date.now();
  // Somebody who became an admin in an old session signs in again; it does not come back with the role of before.
  if (now / 1000 > began + ABSOLUTE_SECONDS[role]) {
    await within(ANSWER_MS, endOld(sid)).catch((error: unknown) => log().debug({ err: error }, "an old session"));
    return false;
  }
  const seen = lastSeen();
  const { at, answer } = seen.get(sid) ?? { at: 0, answer: null };
  if (answer && now - at < SEEN_EVERY_MS) return role === "ADMIN" ? answer : true;
  if (seen.size > MAX_SEEN) seen.clear();
  const noted = within(ANSWER_MS, noteSeen(sub, sid, role === "ADMIN" ? ADMIN_IDLE_SECONDS : null)).catch((error: unknown) => {
    log().debug({ err: error }, "last seen");
    return true;
  });
  // The answer is kept, not the question: whoever asks at the same moment waits for the same one.
  seen.set(sid, { at: now, answer: noted });
  return role === "ADMIN" ? noted : true;
}

/** What is known of a session is true as well of the one that takes its place: nothing is written twice in that minute. */
export function passOnSeen(from: string, to: string): void {
  const seen = lastSeen();
  const noted = seen.get(from);
  if (noted && !seen.has(to)) seen.set(to, noted);
}

/** Writes down that somebody is there: when they were last seen, and, once a day (UTC), that they were seen on it. One statement. */
export async function notePresence(tx: Pick<Transaction, "$executeRaw">, userId: string): Promise<void> {
  await tx.$executeRaw`
    WITH "seen" AS (UPDATE "User" SET "lastSeenAt" = now() WHERE "id" = ${userId}::uuid AND "deletedAt" IS NULL RETURNING "id")
    INSERT INTO "PersonDay" ("day", "userId") SELECT (now() AT TIME ZONE 'UTC')::date, "id" FROM "seen" ON CONFLICT DO NOTHING`;
}

/** Writes when session and person were last seen; false, and the session is ended, when it had been idle for longer than `idle`. */
async function noteSeen(userId: string, sid: string, idle: number | null): Promise<boolean> {
  const touched = await db().$executeRaw`
    UPDATE "Session" SET "lastSeenAt" = now()
     WHERE "id" = ${sid}::uuid AND (${idle}::int IS NULL OR "lastSeenAt" > now() - make_interval(secs => ${idle}::int))`;
  if (touched === 0) {
    await endOld(sid);
    return false;
  }
  await notePresence(db(), userId);
  return true;
}

async function endOld(sid: string): Promise<void> {
  await db().$executeRaw`UPDATE "Session" SET "endedAt" = now() WHERE "id" = ${sid}::uuid AND "endedAt" IS NULL`;
}

/** When each session was last written down by this process, and whether it had not been idle for too long. */
function lastSeen(): Map<string, { at: number; answer: Promise<boolean> }> {
  return perProcess("foyerSeen", () => new Map());
}
