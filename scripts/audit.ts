import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type pg from "pg";
import { z } from "zod";
import { openDatabase } from "./db";
import { readEnvironment, requireDataFolder } from "./environment";
import { withClient } from "./migrate";
import { UserError } from "./terminal.mjs";

const BATCH = 5_000;
/** Of PostgreSQL's bigint. */
const LOWEST = "-9223372036854775808";
/** More are counted, not named. */
const MOST_NAMED = 50;

/** Where the chain ended: what stood there then has to stand there for ever. */
export interface Head {
  seq: number;
  /** Hexadecimal. */
  hash: string;
}
/** What is wrong, in the order of the chain, and its end. */
export interface Verdict {
  rows: number;
  head: Head | null;
  problems: string[];
}

const headSchema = z.strictObject({ seq: z.number().int().positive(), hash: z.string().regex(/^[0-9a-f]{64}$/) });

/**
 * `npm run audit:verify`: reads the whole audit log and names every row that was changed, removed, added or moved since it was
 * written; exit code 1 when there is one. Remembers where the log ended in FOYER_DATA, so that the next time a log that was cut
 * at its end, or hashed anew, is found too; `--head SEQ:HASH` names an end that was kept elsewhere.
 */
export async function main([name = "", ...args]: string[]): Promise<number> {
  if (name !== "verify") throw new UserError(`There is no audit command ${name}; there is verify.`);
  const env = readEnvironment();
  requireDataFolder(env.FOYER_DATA);
  const path = join(env.FOYER_DATA, "audit-head.json");
  const heads = [...remembered(path), ...given(args)];
  const database = await openDatabase(env.DATABASE_URL, join(env.FOYER_DATA, "postgres"));
  try {
    const { rows, head, problems } = await withClient(database.url, (client) => verifyAudit(client, heads));
    const say = (line: string) => process.stdout.write(`${line}\n`);
    for (const problem of problems.slice(0, MOST_NAMED)) say(`  ${problem}`);
    if (problems.length > MOST_NAMED) say(`  and ${problems.length - MOST_NAMED} more`);
    if (problems.length > 0) {
      say(`\nThe audit log is not as it was written: ${problems.length} of ${rows} rows or places.`);
      return 1;
    }
    if (head) {
      // Renamed into place: a kill must not leave half an end.
      writeFileSync(`${path}.new`, `${JSON.stringify(head)}\n`, { mode: 0o600 });
      renameSync(`${path}.new`, path);
    }
    say(`The audit log is as it was written: ${rows} rows.${head ? ` It ends with ${head.seq}:${head.hash}` : ""}`);
    return 0;
  } finally {
    await database.stop();
  }
}

/** Reads the chain in one snapshot, a batch at a time; `heads` are ends it had before. */
export async function verifyAudit(client: pg.Client, heads: Head[] = []): Promise<Verdict> {
  const problems: string[] = [];
  let [rows, seq] = [0, 0];
  let after = LOWEST;
  let hash: Buffer = Buffer.alloc(0);
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  try {
    for (;;) {
      const batch = (await client.query<LinkRow>(LINKS, [after, BATCH])).rows;
      for (const link of batch) {
        rows++;
        const place = Number(link.seq);
        after = link.seq;
        if (place < 1) {
          problems.push(`a place was added before the first: ${link.seq}, event ${link.eventId}`);
          continue;
        }
        if (place !== seq + 1)
          problems.push(`${place - seq === 2 ? `row ${seq + 1} was` : `rows ${seq + 1} to ${place - 1} were`} removed from the chain`);
        if (link.text === null) problems.push(`row ${place} was removed: event ${link.eventId}`);
        else if (place !== seq + 1) problems.push(`row ${place} cannot be checked, since the one before it is gone: event ${link.eventId}`);
        else if (!createHash("sha256").update(hash).update(link.text, "utf8").digest().equals(link.hash))
          problems.push(`row ${place} was changed or moved: event ${link.eventId} (${link.action}, ${link.at?.toISOString()})`);
        // What follows is judged by what stands here, so that one change is one line.
        [seq, hash] = [place, link.hash];
        for (const head of heads)
          if (head.seq === place && head.hash !== hash.toString("hex"))
            problems.push(`row ${place} was hashed anew since the log was last verified`);
      }
      if (batch.length < BATCH) break;
    }
    for (const head of heads)
      if (head.seq > seq) problems.push(`the log ends with row ${seq}; when it was last verified it reached ${head.seq}`);
    for (const { id, action, at } of (await client.query<{ id: string; action: string; at: Date }>(UNLINKED)).rows)
      problems.push(`an event was added past the chain: ${id} (${action}, ${at.toISOString()})`);
  } finally {
    await client.query("ROLLBACK");
  }
  return { rows, head: rows > 0 ? { seq, hash: hash.toString("hex") } : null, problems };
}

interface LinkRow {
  seq: string;
  eventId: string;
  hash: Buffer;
  /** What is hashed of the event; null when there is none. */
  text: string | null;
  action: string | null;
  at: Date | null;
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

function remembered(path: string): Head[] {
  if (!existsSync(path)) return [];
  try {
    return [headSchema.parse(JSON.parse(readFileSync(path, "utf8")))];
  } catch {
    throw new UserError(
      `${path} cannot be read. It says where the audit log ended when it was last verified; put it back, or delete it to begin anew.`,
    );
  }
}

function given(args: string[]): Head[] {
  const [flag, value = "", ...more] = args;
  if (flag === undefined) return [];
  const [seq, hash] = value.split(":");
  const head = headSchema.safeParse({ seq: Number(seq), hash });
  if (flag !== "--head" || more.length > 0 || !head.success)
    throw new UserError("npm run audit:verify takes nothing, or -- --head SEQ:HASH as an earlier run printed it.");
  return [head.data];
}
