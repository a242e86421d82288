import "server-only";
import type { Doer } from "@/access/doer";
import { seenAt } from "@/access/identity/people-filter";
import { PERSON_COLUMNS } from "@/access/identity/person-columns";
import { db } from "@/lib/db";
import { storageOf } from "@/storage";
import { putSpooled } from "@/storage/spool";
import { columnsOf, csvHead, csvOf, jsonOf, type PersonRecord } from "./format";
import { JobFailure, type PeopleJobStep, type Step } from "./runner";
import { exportParamsSchema } from "./schema";
import { type Selection, selected } from "./selection";

const PAGE = 1_000;

export const EXPORT_TYPES = { csv: "text/csv", jsonl: "application/x-ndjson" } as const;

const PERSON = {
  ...PERSON_COLUMNS,
  externalId: true,
  createdAt: true,
  lastSeenAt: true,
  bannedAt: true,
  bannedUntil: true,
  banReason: true,
  privateMetadata: true,
} as const;
const PROVIDER = { provider: true, providerAccountId: true, type: true } as const;

/**
 * Writes the people who were asked for into one object of the store, a page at a time. A file is whole or absent: after a crash
 * it is written anew, in place of what was there.
 */
export const exportStep: PeopleJobStep = async (step) => {
  const { format, hashes, ...selection } = exportParamsSchema.parse(step.job.params);
  const { job, doer, signal } = step;
  if (!job.objectKey || !job.provider) throw new JobFailure("failed");
  const total = await db().user.count({ where: selected(doer, selection, job.createdAt) });
  await step.note({ done: 0, total });
  const lines = linesOf(step, selection, { format, hashes });
  const sizeBytes = await putSpooled(storageOf(job.provider), job.objectKey, lines, { contentType: EXPORT_TYPES[format], signal });
  return async () => ({ cursor: null, done: 0, refusals: [], sizeBytes });
};

async function* linesOf(
  { job, doer, note }: Step,
  selection: Selection,
  { format, hashes }: { format: "csv" | "jsonl"; hashes: boolean },
): AsyncGenerator<string> {
  const columns = columnsOf(hashes);
  const line = format === "csv" ? csvOf : jsonOf;
  if (format === "csv") yield csvHead(columns);
  let [done, after] = [0, ""];
  for (;;) {
    const people = await pageOf(doer, selection, job.createdAt, { after, hashes });
    if (people.length > 0) yield people.map((person) => line(columns, person)).join("");
    done += people.length;
    after = people.at(-1)?.id ?? "";
    // Hears here, too, that it was cancelled, or that whoever asked may no longer.
    await note({ done });
    if (people.length < PAGE) return;
  }
}

async function pageOf(
  doer: Doer,
  selection: Selection,
  askedAt: Date,
  { after, hashes }: { after: string; hashes: boolean },
): Promise<(PersonRecord & { id: string })[]> {
  const people = await db().user.findMany({
    where: { AND: [selected(doer, selection, askedAt), after ? { id: { gt: after } } : {}] },
    select: { ...PERSON, accounts: { select: PROVIDER, orderBy: [{ provider: "asc" }, { providerAccountId: "asc" }] } },
    orderBy: { id: "asc" },
    take: PAGE,
  });
  const kept = hashes ? await hashesOf(people.map(({ id }) => id)) : null;
  return people.map(({ accounts, lastSeenAt, ...person }) => ({
    ...person,
    lastSeenAt: seenAt(lastSeenAt),
    providers: accounts,
    passwordHash: kept?.get(person.id) ?? null,
  }));
}

async function hashesOf(ids: string[]): Promise<Map<string, string>> {
  const rows = await db().password.findMany({ where: { userId: { in: ids } }, select: { userId: true, hash: true } });
  return new Map(rows.map(({ userId, hash }) => [userId, hash]));
}
