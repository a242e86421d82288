import type { Recorder } from "@/access/audit";
import type { Transaction } from "@/lib/db";
import { type Decision, type Difference, decide } from "./decide";
import { findNeighbours } from "./match";
import type { ImportedPerson, Refused } from "./person";
import type { ImportParams } from "./schema";
import { writeBatch } from "./write";

/** A person of the file and where they stand in it. */
export interface Candidate {
  row: number;
  person: ImportedPerson;
}
/** A row that was left alone. */
export type Refusal = Refused & { row: number };
/** A person who is, or would be, new or another one. */
export interface Changed {
  row: number;
  subject: string;
  kind: "created" | "changed";
  differences: Difference[];
}
export interface Outcome {
  created: number;
  changed: number;
  unchanged: number;
  refusals: Refusal[];
  changes: Changed[];
}
export type Decided = Candidate & { decision: Decision };

/**
 * Brings one batch into the database, in the caller's transaction, with an audit row for each person who is new or changed; a
 * dry run does the same up to the first write. Done twice, the second time changes nothing.
 */
export async function importBatch(
  tx: Transaction,
  record: Recorder,
  batch: Candidate[],
  { from, roles, dryRun, jobId }: Pick<ImportParams, "from" | "roles" | "dryRun"> & { jobId: string },
): Promise<Outcome> {
  const around = await findNeighbours(
    tx,
    batch.map(({ person }) => person),
    { lock: !dryRun },
  );
  const decided: Decided[] = batch.map((one) => ({ ...one, decision: decide(one.person, around, { roles }) }));
  if (!dryRun) await writeBatch(tx, record, decided, { from, roles, jobId });
  return {
    created: decided.filter(({ decision }) => decision.kind === "created").length,
    changed: decided.filter(({ decision }) => decision.kind === "changed").length,
    unchanged: decided.filter(({ decision }) => decision.kind === "unchanged").length,
    refusals: decided.flatMap(({ row, person, decision }) =>
      decision.kind === "refused"
        ? [{ row, subject: person.email, reason: decision.reason, ...(decision.field && { field: decision.field }) }]
        : [],
    ),
    changes: decided.flatMap(({ row, person: { email: subject }, decision }) =>
      decision.kind === "created" || decision.kind === "changed"
        ? [{ row, subject, kind: decision.kind, differences: decision.differences }]
        : [],
    ),
  };
}
