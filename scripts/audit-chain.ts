import { createHash } from "node:crypto";
import type pg from "pg";
import { archiveStatement, isSigned, type Keys } from "./audit-keys";

const BATCH = 5_000;
/** Of PostgreSQL's bigint. */
const LOWEST = "-9223372036854775808";

/** Where the chain ended: what stood there then has to stand there for ever. */
export interface Head {
  seq: number;
  /** Hexadecimal. */
  hash: string;
}
/** What is wrong, in the order of the chain, and its end. */
export interface Verdict {
  rows: number;
  /** Rows that lie in archives, by what the database says of them. */
  archived: number;
  head: Head | null;
  /** Places of earlier ends that lie within an archive: only its file can tell whether they are as they were. */
  unseen: number[];
  problems: string[];
}
/** A stretch that was archived, as the database remembers it. */
export interface Archive {
  firstSeq: number;
  lastSeq: number;
  beforeHash: Buffer;
  endHash: Buffer;
  fileName: string;
  sha256: string;
  keyId: string;
  signature: string;
}
/** A place of the chain and what is hashed of its event; null when there is none. */
export interface Link {
  seq: number;
  eventId: string;
  hash: Buffer;
  text: string | null;
  action: string | null;
  at: Date | null;
}

/** Reads the chain in one snapshot, a batch at a time; `heads` are ends it had before, `keys` those that may sign an archive. */
export async function verifyAudit(client: pg.Client, heads: Head[] = [], keys: Keys = new Map()): Promise<Verdict> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  try {
    const archives = await readArchives(client);
    const problems = archives.flatMap((archive, index) => archiveProblems(archive, archives[index - 1], keys));
    const last = archives.at(-1);
    const begin = last ? { seq: last.lastSeq, hash: last.endHash } : { seq: 0, hash: Buffer.alloc(0) };
    const chain = await verifyChain(client, begin, heads);
    problems.push(...chain.problems);
    const ends = new Map(archives.map(({ lastSeq, endHash }) => [lastSeq, endHash.toString("hex")]));
    const unseen: number[] = [];
    for (const { seq, hash } of heads) {
      if (last && seq < last.lastSeq && !ends.has(seq)) unseen.push(seq);
      if ((ends.get(seq) ?? hash) !== hash) problems.push(`row ${seq} was hashed anew since the log was last verified`);
      if (seq > chain.seq) problems.push(`the log ends with row ${chain.seq}; when it was last verified it reached ${seq}`);
    }
    for (const { id, action, at } of (await client.query<{ id: string; action: string; at: Date }>(UNLINKED)).rows)
      problems.push(`an event was added past the chain: ${id} (${action}, ${at.toISOString()})`);
    const head = chain.seq > 0 ? { seq: chain.seq, hash: chain.hash.toString("hex") } : null;
    return { rows: chain.rows, archived: last?.lastSeq ?? 0, head, unseen, problems };
  } finally {
    await client.query("ROLLBACK");
  }
}

/** Every archive the database knows of, the oldest first. */
export async function readArchives(client: pg.Client): Promise<Archive[]> {
  const { rows } = await client.query<Archive & { firstSeq: string; lastSeq: string }>(
    `SELECT "firstSeq", "lastSeq", "beforeHash", "endHash", "fileName", "sha256", "keyId", "signature" FROM "AuditArchive" ORDER BY "firstSeq"`,
  );
  return rows.map((row) => ({ ...row, firstSeq: Number(row.firstSeq), lastSeq: Number(row.lastSeq) }));
}

/** The links after place `after`, in their order, as the database has them at this moment. */
export async function* readChain(client: pg.Client, after: string = LOWEST): AsyncGenerator<Link> {
  for (let place = after; ; ) {
    const { rows } = await client.query<Omit<Link, "seq"> & { seq: string }>(LINKS, [place, BATCH]);
    for (const row of rows) yield { ...row, seq: Number(row.seq) };
    place = rows.at(-1)?.seq ?? place;
    if (rows.length < BATCH) return;
  }
}

/** The hash of a place: over the one before and what is hashed of its event. */
export function linkHash(before: Buffer, text: string): Buffer {
  return createHash("sha256").update(before).update(text, "utf8").digest();
}

/** A row made by hand would make a removed stretch look archived: only the holder of the key can sign for one. */
function archiveProblems(archive: Archive, before: Archive | undefined, keys: Keys): string[] {
  const { firstSeq, lastSeq, beforeHash, keyId, signature } = archive;
  const name = `the archive of rows ${firstSeq} to ${lastSeq}`;
  const problems: string[] = [];
  if (firstSeq !== (before?.lastSeq ?? 0) + 1 || !beforeHash.equals(before?.endHash ?? Buffer.alloc(0)))
    problems.push(`${name} does not begin where the one before it ended`);
  if (!keys.has(keyId)) problems.push(`${name} is signed by key ${keyId}, which is none of ours; --key PUBLIC_KEY names another`);
  else if (!isSigned(archiveStatement(archive), keyId, signature, keys)) problems.push(`${name} has a wrong signature`);
  return problems;
}

async function verifyChain(client: pg.Client, begin: { seq: number; hash: Buffer }, heads: Head[]) {
  const problems: string[] = [];
  let { seq, hash } = begin;
  let rows = 0;
  for await (const link of readChain(client)) {
    rows++;
    if (link.seq <= begin.seq) {
      problems.push(`a place was added before the first: ${link.seq}, event ${link.eventId}`);
      continue;
    }
    problems.push(...linkProblems(link, seq, hash));
    // What follows is judged by what stands here, so that one change is one line.
    ({ seq, hash } = link);
    for (const head of heads)
      if (head.seq === seq && head.hash !== hash.toString("hex"))
        problems.push(`row ${seq} was hashed anew since the log was last verified`);
  }
  return { rows, seq, hash, problems };
}

function linkProblems({ seq: place, eventId, hash, text, action, at }: Link, seq: number, before: Buffer): string[] {
  const problems: string[] = [];
  if (place !== seq + 1)
    problems.push(`${place - seq === 2 ? `row ${seq + 1} was` : `rows ${seq + 1} to ${place - 1} were`} removed from the chain`);
  if (text === null) problems.push(`row ${place} was removed: event ${eventId}`);
  else if (place !== seq + 1) problems.push(`row ${place} cannot be checked, since the one before it is gone: event ${eventId}`);
  else if (!linkHash(before, text).equals(hash))
    problems.push(`row ${place} was changed or moved: event ${eventId} (${action}, ${at?.toISOString()})`);
  return problems;
}

/** Spelled out as in the migration of the chain, and not called there: a function can be changed like a row. */
const LINKS = `
  SELECT l."seq", l."eventId", l."hash", e."action", e."at", CASE WHEN e."id" IS NULL THEN NULL ELSE jsonb_build_array(
    e."id", floor(extract(epoch FROM e."at") * 1000)::bigint, e."actorId", e."realActorId", e."action",
    e."subjectType", e."subjectId", e."ip", e."userAgent", e."before", e."after")::text END AS "text"
  FROM "AuditLink" l LEFT JOIN "AuditEvent" e ON e."id" = l."eventId" WHERE l."seq" > $1 ORDER BY l."seq" LIMIT $2`;
const UNLINKED = `
  SELECT e."id", e."action", e."at" FROM "AuditEvent" e
  WHERE NOT EXISTS (SELECT FROM "AuditLink" l WHERE l."eventId" = e."id") ORDER BY e."at", e."id"`;
