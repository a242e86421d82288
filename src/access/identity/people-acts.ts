import { ForbiddenError, subject } from "@casl/ability";
import { defaultLocale } from "@/i18n/locale";
import type { Transaction } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { addJobs } from "@/lib/queue";
import { lockAdmins } from "../admins";
import type { AuditRow, Recorder } from "../audit";
import type { Doer } from "../doer";
import { accessibleBy } from "../rules";
import { mailAccountDeletion, mailAddressesConfirmed, mailBanned } from "./account-mails";
import { isBannedNow } from "./bans";
import { endSessionsOf, takeFromStrangers } from "./ways-in";

/** How long an account that is to be deleted can be kept after all. */
export const DELETION_DAYS = 14;
const DAY_MS = 24 * 3_600_000;

/** What an admin does to somebody, or to many at once. */
export type PeopleAct =
  | { act: "role"; role: "MEMBER" | "ADMIN" }
  | { act: "ban"; reason: string; until: Date | null }
  | { act: "unban" }
  | { act: "verify" }
  | { act: "signOut" }
  /** In 14 days, in which it can be taken back; `now` by the worker, also of somebody who is leaving already. */
  | { act: "delete"; now?: boolean }
  | { act: "keep" };

/** Somebody who was left alone, and what they would have been told of it who asked for them alone. */
export interface ActRefusal {
  id: string;
  error: AppError | ForbiddenError<Doer["ability"]>;
}

const PERSON = { id: true, role: true, emailVerified: true, bannedAt: true, bannedUntil: true, deleteAfter: true } as const;
type Person = NonNullable<Awaited<ReturnType<typeof findPeople>>[number]>;

/** Does it to one person, or throws why not; to whoever is no admin the same of anybody, there or not. */
export async function actOnPerson(tx: Transaction, record: Recorder, doer: Doer, act: PeopleAct, id: string): Promise<void> {
  // Nobody else has the forms of this: they were an admin when their page was loaded.
  if (!doer.ability.can("read", "Dashboard")) throw new AppError("forbidden", "rights_changed");
  const [refusal] = await actOnPeople(tx, record, doer, act, [id]);
  if (refusal) throw refusal.error;
}

/**
 * Does it to each of these people for whom the rules allow it, in a handful of statements however many they are, with an audit
 * row for each; `job` is remembered in those. Returns whom it left alone. Of the admins who can act one always stays: whoever
 * asks must be one, and nobody does this to themselves. With a ban, a sign-out and a deletion, sessions end at the commit.
 */
export async function actOnPeople(
  tx: Transaction,
  record: Recorder,
  doer: Doer,
  act: PeopleAct,
  ids: string[],
  job?: string,
): Promise<ActRefusal[]> {
  const admins = act.act === "role" || act.act === "ban" || act.act === "delete" ? await lockAdmins(tx) : null;
  const people = new Map((await findPeople(tx, doer, ids)).map((person) => [person.id, person]));
  const refused: ActRefusal[] = [];
  const allowed: Person[] = [];
  for (const id of ids) {
    const person = people.get(id);
    const error = person ? refusalOf(() => judge(doer, act, person, admins)) : new AppError("not_found");
    if (error) refused.push({ id, error });
    else if (person) allowed.push(person);
    // A name that stands twice in a list is done once.
    people.delete(id);
  }
  if (allowed.length === 0) return refused;
  const now = new Date();
  const changed = await write(tx, act, allowed, now);
  const untouched = allowed.filter(({ id }) => !changed.has(id));
  const rows = allowed
    .filter(({ id }) => changed.has(id))
    .map((person) => eventOf(act, person, { now, count: changed.get(person.id) ?? 0, job }));
  if (rows.length > 0) await record(rows);
  return [...refused, ...untouched.map(({ id }) => ({ id, error: new AppError("not_found", "not_signed_in") }))];
}

/** The people of these ids who may be seen, their rows locked in one order. */
async function findPeople(tx: Transaction, { ability }: Doer, ids: string[]) {
  await tx.$queryRaw`SELECT 1 FROM "User" WHERE "id" = ANY(${ids}::uuid[]) ORDER BY "id" FOR UPDATE`;
  return tx.user.findMany({
    where: { AND: [accessibleBy(ability).ofType("User"), { id: { in: ids }, deletedAt: null }] },
    select: PERSON,
  });
}

function refusalOf(question: () => void): ActRefusal["error"] | null {
  try {
    question();
    return null;
  } catch (error) {
    if (error instanceof AppError || error instanceof ForbiddenError) return error;
    throw error;
  }
}

/** Throws why this may not, or need not, be done to this person. */
function judge({ userId, ability }: Doer, act: PeopleAct, person: Person, admins: Set<string> | null): void {
  const rule = ForbiddenError.from(ability);
  const row = subject("User", person);
  switch (act.act) {
    case "role":
      rule.throwUnlessCan("update", row, "role");
      break;
    case "ban":
    case "unban":
      rule.throwUnlessCan("update", row, "ban");
      break;
    case "verify":
      rule.throwUnlessCan("update", row, "emailVerified");
      break;
    case "delete":
    case "keep":
      if (person.id === userId) throw new AppError("forbidden", "own_account");
      rule.throwUnlessCan("delete", row);
      break;
    case "signOut":
      if (person.id === userId) throw new AppError("forbidden", "own_devices");
      rule.throwUnlessCan("delete", subject("Session", { userId: person.id }));
  }
  // Asked again under the lock: whoever was first may just have taken this right from us.
  if (admins && !admins.has(userId)) throw new AppError("forbidden");
  const reason = needless(act, person);
  if (reason) throw new AppError("conflict", reason);
  const takesAdmin = act.act === "ban" || act.act === "delete" || (act.act === "role" && act.role === "MEMBER");
  if (!takesAdmin || !admins?.has(person.id)) return;
  if (admins.size <= 1) throw new AppError("conflict", "last_admin");
  admins.delete(person.id);
}

/** The reason why there is nothing to do. */
function needless(act: PeopleAct, person: Person): string | null {
  switch (act.act) {
    case "role":
      return person.role === act.role ? "role_unchanged" : null;
    case "ban":
      return isBannedNow(person) ? "already_banned" : null;
    case "unban":
      return person.bannedAt ? null : "not_banned";
    case "verify":
      return person.emailVerified ? "already_verified" : null;
    case "delete":
      return person.deleteAfter && !act.now ? "already_leaving" : null;
    case "keep":
      // Once the day has come there is nothing left to keep.
      return person.deleteAfter && person.deleteAfter > new Date() ? null : "not_leaving";
    case "signOut":
      return null;
  }
}

/** Writes it, and says of whom, with how many sessions ended. */
async function write(tx: Transaction, act: PeopleAct, people: Person[], now: Date): Promise<Map<string, number>> {
  const ids = people.map(({ id }) => id);
  const where = { id: { in: ids } };
  const out = { epoch: { increment: 1 } };
  switch (act.act) {
    case "role":
      await tx.user.updateMany({ where, data: { role: act.role, ...(act.role === "MEMBER" && { mayImpersonateWrite: false }) } });
      break;
    case "ban":
      await tx.user.updateMany({ where, data: { bannedAt: now, bannedUntil: act.until, banReason: act.reason, ...out } });
      await endSessionsOf(tx, ids);
      await mailBanned(tx, ids, act, defaultLocale);
      break;
    case "unban":
      await tx.user.updateMany({ where, data: { bannedAt: null, bannedUntil: null, banReason: null } });
      break;
    case "verify":
      // As by a link from the mailbox: whoever registered an address that was not theirs keeps nothing of the account.
      await takeFromStrangers(tx, ids);
      await tx.user.updateMany({ where, data: { emailVerified: now } });
      await mailAddressesConfirmed(tx, ids, defaultLocale);
      break;
    case "delete": {
      const deleteAfter = goneAfter(act, now);
      await tx.user.updateMany({ where, data: { deleteAfter, ...out } });
      await endSessionsOf(tx, ids);
      if (act.now)
        await addJobs(
          tx,
          "account.delete",
          ids.map((userId) => ({ payload: { userId }, key: `account-delete:${userId}` })),
        );
      else await mailAccountDeletion(tx, ids, deleteAfter, defaultLocale);
      break;
    }
    case "keep":
      await tx.user.updateMany({ where, data: { deleteAfter: null } });
      break;
    case "signOut":
      return endSessionsOf(tx, ids);
  }
  return new Map(ids.map((id) => [id, 0]));
}

function goneAfter(act: { now?: boolean }, now: Date): Date {
  return act.now ? now : new Date(now.getTime() + DELETION_DAYS * DAY_MS);
}

function eventOf(act: PeopleAct, person: Person, { now, count, job }: { now: Date; count: number; job: string | undefined }): AuditRow {
  const row = { subjectType: "User" as const, subjectId: person.id };
  const by: Record<string, string> = job ? { job } : {};
  switch (act.act) {
    case "role":
      return { ...row, action: "user.role_changed", before: { role: person.role }, after: { role: act.role, ...by } };
    case "ban":
      return { ...row, action: "user.banned", after: { reason: act.reason, until: act.until?.toISOString() ?? null, ...by } };
    case "unban":
      return { ...row, action: "user.unbanned", before: { until: person.bannedUntil?.toISOString() ?? null }, ...(job && { after: by }) };
    case "verify":
      return { ...row, action: "user.verified_by_admin", ...(job && { after: by }) };
    case "delete":
      return { ...row, action: "user.deletion_requested", after: { deleteAfter: goneAfter(act, now).toISOString(), ...by } };
    case "keep":
      return { ...row, action: "user.deletion_cancelled", ...(job && { after: by }) };
    case "signOut":
      return { ...row, action: "session.ended_by_admin", after: { sid: null, count, ...by } };
  }
}
