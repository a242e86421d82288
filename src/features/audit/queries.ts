import "server-only";
import { z } from "zod";
import { change, confirm } from "@/access/audit";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import { csvLine, csvStream } from "@/lib/csv";
import { db } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { after, type Cursor, cursorDate, page } from "@/lib/keyset";
import { withinDays } from "@/lib/query-string";
import { describeUserAgent } from "@/lib/user-agent";
import type { AuditFilter, AuditQuery } from "./schema";
import { idOf } from "./who-queries";

export const AUDIT_PAGE_SIZE = 50;
const CSV_BATCH = 1_000;
const ARCHIVES_SHOWN = 20;
const NOBODY = "00000000-0000-0000-0000-000000000000";

const EVENT = {
  id: true,
  at: true,
  actorId: true,
  realActorId: true,
  action: true,
  subjectType: true,
  subjectId: true,
  ip: true,
  userAgent: true,
  before: true,
  after: true,
} as const;

type Event = Awaited<ReturnType<typeof eventsAfter>>[number];

/** A page of the audit log, newest first, with the names of the people in it as they are today. */
export async function listAudit(entry: Entry, { cursor, ...filter }: AuditQuery) {
  const found = await eventsAfter(entry, await meant(entry, filter), cursor ?? null, AUDIT_PAGE_SIZE + 1);
  const { rows, next } = page(found, AUDIT_PAGE_SIZE, ({ at }) => at);
  return { events: await readable(entry, rows), next };
}

/**
 * The newest of what the reader did, or somebody as them, and of what befell them, as far as they may see it. Of work on many people
 * that they asked for it has the beginning and the end, not each person's row: those would leave no room for anything else. Each of the
 * three is read in an index of its own, however many the rows of the others are.
 */
export async function listOwnAudit(entry: Entry) {
  const { userId: me } = entry.actor;
  const newest = await db().$queryRaw<{ id: string }[]>`
    (SELECT "id" FROM "AuditEvent" WHERE "actorId" = ${me}::uuid AND ("after" -> 'job') IS NULL ORDER BY "at" DESC, "id" DESC LIMIT ${AUDIT_PAGE_SIZE})
    UNION (SELECT "id" FROM "AuditEvent" WHERE "realActorId" = ${me}::uuid ORDER BY "at" DESC, "id" DESC LIMIT ${AUDIT_PAGE_SIZE})
    UNION (SELECT "id" FROM "AuditEvent" WHERE "subjectId" = ${me} ORDER BY "at" DESC, "id" DESC LIMIT ${AUDIT_PAGE_SIZE})`;
  const ids = newest.map(({ id }) => id);
  const rows = await db().auditEvent.findMany({
    where: { AND: [accessibleBy(entry.ability).ofType("AuditEvent"), { id: { in: ids } }] },
    select: EVENT,
    orderBy: [{ at: "desc" }, { id: "desc" }],
    take: AUDIT_PAGE_SIZE,
  });
  return { events: await readable(entry, rows), next: null };
}

/** How many events the chain holds here, without those that lie in signed files. */
export async function auditLength(entry: Entry): Promise<number> {
  if (!entry.ability.can("read", "Dashboard")) return 0;
  const [last, archived] = await Promise.all([
    db().auditLink.findFirst({ orderBy: { seq: "desc" }, select: { seq: true } }),
    db().auditArchive.findFirst({ orderBy: { lastSeq: "desc" }, select: { lastSeq: true } }),
  ]);
  return last ? Number(last.seq - (archived?.lastSeq ?? 0n)) : 0;
}

/** The newest stretches that lie in signed files and no more here, where `npm run audit:archive` was run; and how many there are. */
export async function listArchives(entry: Entry) {
  if (!entry.ability.can("read", "Dashboard")) return { archives: [], count: 0 };
  const [rows, count] = await Promise.all([
    db().auditArchive.findMany({
      select: { firstSeq: true, lastSeq: true, firstAt: true, lastAt: true, fileName: true, sha256: true, keyId: true, createdAt: true },
      orderBy: { firstSeq: "desc" },
      take: ARCHIVES_SHOWN,
    }),
    db().auditArchive.count(),
  ]);
  return { archives: rows.map((row) => ({ ...row, firstSeq: Number(row.firstSeq), lastSeq: Number(row.lastSeq) })), count };
}

/**
 * Everything that fits the filters as CSV (RFC 4180, UTF-8), newest first, in constant memory. That it was asked for is an
 * event itself, written before the first line. Throws AppError "invalid" where nobody, or more than one person, is meant: a file without
 * lines would say that nothing happened.
 */
export async function exportAudit(entry: Entry, asked: AuditFilter): Promise<ReadableStream<Uint8Array>> {
  const filter = await meant(entry, asked);
  if (filter.who === NOBODY) throw new AppError("invalid", "who_unclear");
  const { act = null, who = null, from, to } = filter;
  await change(entry, async (_, record) => {
    // Not whom it was about: an address would outlive its person here.
    const what = { act, ofOnePerson: who !== null, from: from?.toISOString() ?? null, to: to?.toISOString() ?? null };
    await record({ action: "audit.exported", subjectType: "AuditEvent", subjectId: "csv", after: what });
  });
  return csvStream(csvLines(entry, filter));
}

const COLUMNS = ["at", "action", "actorId", "realActorId", "subjectType", "subjectId", "ip", "userAgent", "before", "after", "id"] as const;

async function* csvLines(entry: Entry, filter: AuditFilter): AsyncGenerator<string, undefined> {
  yield csvLine([...COLUMNS]);
  for (let last: Cursor | null | undefined; last !== null; ) {
    // Somebody who is banned or signed out meanwhile gets no further line.
    await confirm(entry);
    const found: Event[] = await eventsAfter(entry, filter, last ?? null, CSV_BATCH);
    if (found.length > 0) yield found.map((event) => csvLine(COLUMNS.map((name) => csvText(event[name])))).join("");
    const end = found.at(-1);
    last = found.length === CSV_BATCH && end ? { value: end.at.toISOString(), id: end.id } : null;
  }
}

/** The next events, newest first, of those that the reader may see and asked for. */
async function eventsAfter(entry: Entry, filter: AuditFilter, cursor: Cursor | null, take: number) {
  const beyond = cursor ? after("at", "desc", cursor, (value) => cursorDate(value) ?? new Date(0)) : {};
  const found = await db().auditEvent.findMany({
    where: { AND: [matching(entry, filter), beyond] },
    select: EVENT,
    orderBy: [{ at: "desc" }, { id: "desc" }],
    take,
  });
  return found;
}

function csvText(value: Event[keyof Event]): string | null {
  if (value === null || typeof value === "string") return value;
  return value instanceof Date ? value.toISOString() : JSON.stringify(value);
}

/** The same filter with the id of whom it means: once for many pages. */
async function meant(entry: Entry, { who, ...rest }: AuditFilter): Promise<AuditFilter> {
  return who === undefined ? rest : { ...rest, who: (await idOf(entry, who)) ?? NOBODY };
}

/** What the reader may see, and asked for; `who` is an id. */
function matching(entry: Entry, { act, who: id, from, to }: AuditFilter) {
  const allowed = accessibleBy(entry.ability).ofType("AuditEvent");
  const at = withinDays(from, to);
  return {
    AND: [allowed, { ...(act && { action: act }), at, ...(id && { OR: [{ actorId: id }, { realActorId: id }, { subjectId: id }] }) }],
  };
}

async function readable(entry: Entry, rows: Event[]) {
  const people = await namesOf(entry, rows);
  // What another did is told to whom it befell without where they sat.
  const hidden = entry.ability.can("read", "Dashboard") ? {} : { ip: null, userAgent: null };
  return rows
    .map((row) => (row.actorId === entry.actor.userId ? row : { ...row, ...hidden }))
    .map((event) => ({
      ...event,
      ...describeUserAgent(event.userAgent),
      actor: event.actorId ? (people.get(event.actorId) ?? null) : null,
      realActor: event.realActorId ? (people.get(event.realActorId) ?? null) : null,
      subject: event.subjectId ? (people.get(event.subjectId) ?? null) : null,
    }));
}

async function namesOf(entry: Entry, rows: { actorId: string | null; realActorId: string | null; subjectId: string | null }[]) {
  const ids = [...new Set(rows.flatMap(({ actorId, realActorId, subjectId }) => [actorId, realActorId, subjectId]))];
  const people = await db().user.findMany({
    where: {
      AND: [
        accessibleBy(entry.ability).ofType("User"),
        { id: { in: ids.filter((id) => id !== null && z.uuid().safeParse(id).success) as string[] } },
      ],
    },
    select: { id: true, name: true, email: true, deletedAt: true },
  });
  return new Map(people.map(({ id, name, email, deletedAt }) => [id, deletedAt ? null : name || email]));
}
