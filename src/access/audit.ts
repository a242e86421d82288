import { db, isWriteConflict, type Transaction } from "@/lib/db";
import { AppError, RETRY_AFTER_SECONDS } from "@/lib/errors";
import { type Doer, doerOf } from "./doer";
import type { Entry, Visitor } from "./entry";
import { settleFreshness } from "./freshness";
import type { Bearer, RowName } from "./rules";

const ATTEMPTS = 3;
const SITTING_MS = 10 * 60_000;

/** Every act that is remembered. Each has its words below `audit.acts` in src/i18n/messages. */
export const AUDIT_ACTIONS = [
  "user.registered",
  "user.signed_in",
  "user.sign_in_failed",
  "user.signed_out",
  "user.role_changed",
  "user.impersonation_right_changed",
  "user.impersonation_started",
  "user.impersonation_ended",
  "user.profile_changed",
  "user.metadata_changed",
  "user.password_changed",
  "user.reauthenticated",
  "user.registration_repeated",
  "user.email_verified",
  "user.verification_sent",
  "user.reset_sent",
  "user.magic_link_sent",
  "user.magic_link_used",
  "user.password_reset",
  "user.email_change_requested",
  "user.email_changed",
  "user.email_reverted",
  "user.session_disowned",
  "user.second_step_passed",
  "user.second_step_failed",
  "user.second_factors_reset",
  "user.created_by_admin",
  "user.deletion_requested",
  "user.deletion_cancelled",
  "user.redacted",
  "invitation.created",
  "invitation.resent",
  "invitation.revoked",
  "invitation.accepted",
  "session.ended",
  "session.others_ended",
  "session.ended_by_admin",
  "session.copied",
  "user.verified_by_admin",
  "user.banned",
  "user.unbanned",
  "account.connected",
  "account.disconnected",
  "totp.started",
  "totp.added",
  "totp.removed",
  "recovery_codes.renewed",
  "passkey.added",
  "passkey.renamed",
  "passkey.removed",
  "passkey.used",
  "export.requested",
  "export.download_url_issued",
  "file.upload_url_issued",
  "file.uploaded",
  "file.refused",
  "file.download_url_issued",
  "file.renamed",
  "file.deleted",
  "audit.exported",
  "user.imported",
  "user.updated_by_import",
  "people_job.started",
  "people_job.cancelled",
  "people_job.finished",
  "figures.exported",
  "audit.archived",
  "storage.moved",
  "storage.swept",
  "job.retried",
  "job.given_up",
  "mail.sent_again",
  "storage.counted",
  "people_job.download_url_issued",
  "job.created",
  "job.handed_over",
  "job.cancelled",
  "job.tried_again",
  "job.completed",
  "job.failed",
  "people_job.report_exported",
  "organization.created",
  "organization.renamed",
  "organization.deleted",
  "organization.invited",
  "organization.invitation_resent",
  "organization.invitation_revoked",
  "organization.joined",
  "organization.role_changed",
  "organization.member_removed",
  "organization.left",
  "organization.switched",
  "file.shared",
  "file.unshared",
  "content.shared",
  "content.unshared",
  "content.read_by_admin",
  "generation.deleted",
  "book.created",
  "book.changed",
  "book.deleted",
  "chapter.created",
  "chapter.changed",
  "chapter.moved",
  "chapter.deleted",
  "post.created",
  "post.changed",
  "post.deleted",
  "user.avatar_changed",
  "user.avatar_removed",
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export interface AuditRow {
  action: AuditAction;
  /** What was done to: a row that rules speak of, or a part of the site itself. */
  subjectType: RowName | "Mail" | "Storage" | "DailyFigure";
  subjectId: string;
  /** Who acted, where nobody is signed in yet (sign-up, sign-in). */
  actorId?: string;
  /** The admin who acts as them; known of an Entry. */
  realActorId?: string;
  /** What was, and what is: never a person's own words (names, addresses), which a deletion could not take back. */
  before?: Record<string, string | number | boolean | null>;
  after?: Record<string, string | number | boolean | null>;
}

/**
 * Writes rows down. A text is saved at each pause of its writer: such a save, and an admin's reading, is recorded "once a sitting", and is
 * then remembered by the row of an earlier one, at most ten minutes old, that says the same in every column (docs/decisions/0021).
 */
export type Recorder = (row: AuditRow | AuditRow[], kept?: "once a sitting") => Promise<void>;

/**
 * Changes the database and remembers it, both or neither: `run` gets a transaction and must record at least one audit
 * row in it. The actor is looked up again inside, so a session that ended or lost its role a moment ago changes nothing.
 * A lost race is tried three times, then answered as a conflict. When this returns, this process has heard of the change.
 */
export function change<T>(by: Entry | Visitor, run: (tx: Transaction, record: Recorder) => Promise<T>): Promise<T> {
  return transact((tx) => once(tx, by, run));
}

/**
 * As `change`, by the worker in the name of somebody who asked for it earlier: what they may do is looked up again inside, and
 * `run` gets it. Throws AppError "forbidden" with the reason rights_lost once they may no longer ask for work on many people.
 * Of a batch that was refused as a whole there is nothing to remember.
 */
export function changeFor<T>(userId: string, run: (tx: Transaction, record: Recorder, doer: Doer) => Promise<T>): Promise<T> {
  return transact(async (tx) => {
    const doer = await doerOf(userId, tx);
    return run(tx, (rows) => write(tx, rows, { actorId: userId, realActorId: null, ip: null, userAgent: null }), doer);
  });
}

async function transact<T>(run: (tx: Transaction) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      const result = await db().$transaction(run, { maxWait: 5_000, timeout: 15_000 });
      await settleFreshness();
      return result;
    } catch (error) {
      if (!isWriteConflict(error)) throw error;
      if (attempt === ATTEMPTS) throw new AppError("conflict", undefined, { cause: error, retryAfter: RETRY_AFTER_SECONDS });
    }
  }
}

async function once<T>(tx: Transaction, by: Entry | Visitor, run: (tx: Transaction, record: Recorder) => Promise<T>): Promise<T> {
  const entry = "actor" in by ? by : null;
  if (entry) await confirm(entry, tx);
  const { ip, userAgent } = entry ? entry.visitor : (by as Visitor);
  let recorded = 0;
  const origin = { actorId: entry?.actor.userId ?? null, realActorId: entry?.actor.impersonator?.userId ?? null, ip, userAgent };
  const result = await run(tx, async (rows, kept) => {
    recorded += [rows].flat().length;
    if (!(kept && (await isRemembered(tx, [rows].flat(), origin)))) await write(tx, rows, origin);
  });
  if (recorded === 0) throw new Error("a change that records nothing is not committed");
  return result;
}

type Origin = Record<"actorId" | "realActorId" | "ip" | "userAgent", string | null>;

async function write(tx: Transaction, rows: AuditRow | AuditRow[], origin: Origin): Promise<void> {
  const data = [rows]
    .flat()
    .map(({ actorId = origin.actorId, realActorId = origin.realActorId, ...row }) => ({ ...origin, ...row, actorId, realActorId }));
  const [only] = data;
  // Prisma keeps the plan of a create and works out that of a createMany anew each time.
  if (only && data.length === 1) await tx.auditEvent.create({ data: only, select: { id: true } });
  else await tx.auditEvent.createMany({ data });
}

/** Whether a row of this sitting says all of this: whoever acts as somebody, or from elsewhere, sits elsewhere. */
async function isRemembered(tx: Transaction, rows: AuditRow[], { actorId, realActorId, ip, userAgent }: Origin): Promise<boolean> {
  // Up to now: after a clock was set back, rows of what was once the future remember nothing.
  const [since, now] = [new Date(Date.now() - SITTING_MS), new Date()];
  for (const { action, subjectType, subjectId, before, after } of rows) {
    const found = await tx.$queryRaw<unknown[]>`
      SELECT 1 FROM "AuditEvent" WHERE "subjectType" = ${subjectType} AND "subjectId" = ${subjectId} AND "at" > ${since} AND "at" <= ${now}
         AND "action" = ${action} AND "actorId" IS NOT DISTINCT FROM ${actorId}::uuid AND "realActorId" IS NOT DISTINCT FROM ${realActorId}::uuid
         AND "ip" IS NOT DISTINCT FROM ${ip} AND "userAgent" IS NOT DISTINCT FROM ${userAgent}
         AND "before" IS NOT DISTINCT FROM ${json(before)}::jsonb AND "after" IS NOT DISTINCT FROM ${json(after)}::jsonb LIMIT 1`;
    if (found.length === 0) return false;
  }
  return true;
}

function json(columns: AuditRow["after"]): string | null {
  return columns ? JSON.stringify(columns) : null;
}

/** Asks the database whether an Entry is still true, where what is done with it takes long: "unauthenticated" or "conflict" if not. */
export async function confirm({ actor }: Entry, on: Pick<Transaction, "session"> = db()): Promise<void> {
  await confirmSession(on, actor.sid, actor.userId, actor.role);
  // Whoever acts as somebody does it in a session of their own.
  if (actor.impersonator) await confirmSession(on, actor.impersonator.sid, actor.impersonator.userId, "ADMIN");
}

async function confirmSession(on: Pick<Transaction, "session">, sid: string, userId: string, role: Bearer["role"]): Promise<void> {
  const session = await on.session.findUnique({
    where: { id: sid },
    select: { endedAt: true, expiresAt: true, userId: true, user: { select: { role: true } } },
  });
  if (session?.userId !== userId || session.endedAt || session.expiresAt <= new Date()) throw new AppError("unauthenticated");
  if (session.user.role !== role) throw new AppError("conflict", "rights_changed");
}
