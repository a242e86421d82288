import "server-only";
import { ForbiddenError } from "@casl/ability";
import type { Doer } from "@/access/doer";
import { type ActRefusal, actOnPeople } from "@/access/identity/people-acts";
import { db, type Transaction } from "@/lib/db";
import type { PeopleJobStep } from "./runner";
import { bulkParamsSchema, REFUSAL_REASONS, type RefusalReason } from "./schema";
import { type Selection, selected } from "./selection";

/** People a batch: what is theirs is locked for the fraction of a second that it takes. */
const BATCH = 500;

/** Does one act to each of the people who were chosen, by the same rules as to one alone; whom they forbid it for stands in the report. */
export const bulkStep: PeopleJobStep = async ({ job, cursor, doer }) => {
  const { act, ...selection } = bulkParamsSchema.parse(job.params);
  const row = Number(cursor?.row ?? 0);
  const after = typeof cursor?.after === "string" ? cursor.after : null;
  const total = cursor ? undefined : await countSelected(doer, selection, job.createdAt);
  return async ({ tx, record, doer: allowed }) => {
    const ids = selection.ids ? selection.ids.slice(row, row + BATCH) : await nextOf(tx, allowed, selection, job.createdAt, after);
    const refused = await actOnPeople(tx, record, allowed, act, ids, job.id);
    const place = new Map(ids.map((id, index) => [id, row + index + 1]));
    const refusals = refused.map(({ id, error }) => ({ row: place.get(id) ?? 0, subject: id, reason: reasonOf(error) }));
    const last = ids.at(-1);
    const isOver = ids.length < BATCH || !last || row + ids.length === selection.ids?.length;
    return {
      cursor: isOver ? null : { row: row + ids.length, after: last },
      done: ids.length - refused.length,
      refusals,
      ...(total !== undefined && { total }),
    };
  };
};

async function countSelected(doer: Doer, selection: Selection, askedAt: Date): Promise<number> {
  return selection.ids ? selection.ids.length : db().user.count({ where: selected(doer, selection, askedAt) });
}

async function nextOf(tx: Transaction, doer: Doer, selection: Selection, askedAt: Date, after: string | null): Promise<string[]> {
  const people = await tx.user.findMany({
    where: { AND: [selected(doer, selection, askedAt), after ? { id: { gt: after } } : {}] },
    select: { id: true },
    orderBy: { id: "asc" },
    take: BATCH,
  });
  return people.map(({ id }) => id);
}

function reasonOf(error: ActRefusal["error"]): RefusalReason {
  const reason = error instanceof ForbiddenError ? error.message : error.reason;
  return REFUSAL_REASONS.find((known) => known === reason) ?? "forbidden";
}
