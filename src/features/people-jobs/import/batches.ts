import { createHash } from "node:crypto";
import type { Candidate, Refusal } from "./batch";
import { personIn } from "./formats";
import type { ImportFormat } from "./limits";
import { providerKey } from "./match";
import type { ImportedPerson } from "./person";
import { type Bytes, readRows } from "./rows";

/** Rows that one transaction is about. */
const BATCH_ROWS = 500;

export interface Batch {
  /** The last row of it: the place to go on from. */
  upTo: number;
  /** How much of the file that is; see rows.ts. */
  bytes: number;
  people: Candidate[];
  /** Rows that need no database to be refused. */
  refusals: Refusal[];
}

/**
 * The people of a file, a batch at a time. Rows up to `after` are read again, so that a second row of somebody is found, and
 * left out. Memory grows by some 100 bytes a person, for that alone.
 */
export async function* readBatches(bytes: Bytes, from: ImportFormat, after = 0): AsyncGenerator<Batch> {
  const seen = new Set<string>();
  let batch: Batch = { upTo: after, bytes: 0, people: [], refusals: [] };
  for await (const source of readRows(bytes)) {
    const { row } = source;
    const checked = personIn(source, from);
    const isSecond = "person" in checked && !isFirst(seen, checked.person);
    if (row <= after) continue;
    batch.upTo = row;
    batch.bytes = source.upTo;
    if ("refused" in checked) batch.refusals.push({ row, ...checked.refused });
    else if (isSecond) batch.refusals.push({ row, subject: checked.person.email, reason: "duplicate" });
    else batch.people.push({ row, person: checked.person });
    if (batch.people.length + batch.refusals.length < BATCH_ROWS) continue;
    yield batch;
    batch = { upTo: row, bytes: source.upTo, people: [], refusals: [] };
  }
  if (batch.people.length + batch.refusals.length > 0) yield batch;
}

/** Whether no row before has this id, address or way in; notes them. Of each, 72 bits of its SHA-256: a collision takes 10^10 people. */
function isFirst(seen: Set<string>, { id, externalId, email, providers = [] }: ImportedPerson): boolean {
  const keys = [
    `e ${email}`,
    ...(id ? [`i ${id}`] : []),
    ...(externalId ? [`x ${externalId}`] : []),
    ...providers.map((pair) => `p ${providerKey(pair)}`),
  ];
  const digests = [...new Set(keys)].map((key) => createHash("sha256").update(key).digest("base64").slice(0, 12));
  if (digests.some((digest) => seen.has(digest))) return false;
  for (const digest of digests) seen.add(digest);
  return true;
}
