import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import { type Archive, type Link, linkHash, readArchives, readChain } from "./audit-chain";
import { archiveName, type Header, type Trailer, writeArchive } from "./audit-file";
import { keyIdOf, publicKeys, type SigningKey } from "./audit-keys";
import { readArchive } from "./audit-read";
import { UserError } from "./terminal.mjs";

/** Any number of ours: one archive at a time. */
const LOCK = 0x666f79_20;

interface Plan {
  /** Everything before this moment. */
  before: Date;
  folder: string;
  key: SigningKey;
}
/** What has left the log, and where it lies; null when nothing was old enough. */
export type Archived = { path: string; header: Header; trailer: Trailer } | null;

/**
 * Moves the oldest rows of the audit log into a signed file: the longest stretch without a gap that is older than `before`, never
 * the newest row. The rows go in one statement, once the file has been read back from the disk and found whole; whatever
 * happens before that leaves the rows, and at worst a file that the next run writes again.
 */
export async function archiveAudit(client: pg.Client, { before, folder, key }: Plan): Promise<Archived> {
  const { rows } = await client.query<{ free: boolean }>("SELECT pg_try_advisory_lock($1) AS free", [LOCK]);
  if (!rows[0]?.free) throw new UserError("Another audit:archive is at work on this database.");
  try {
    const last = (await readArchives(client)).at(-1);
    const stretch = await oldest(client, last, before);
    if (!stretch) return null;
    const { from, to } = stretch;
    const header = headerOf(last, from, to);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, archiveName(from.seq, to.seq));
    const trailer = await writeArchive(path, header, until(readChain(client, String(from.seq - 1)), to.seq), key);
    const { problems } = await readArchive(path, publicKeys([key.publicKey]));
    if (problems.length > 0) throw new UserError(`The archive cannot be read back, and nothing was removed: ${problems.join("; ")}`);
    await remove(client, header, trailer, archiveName(from.seq, to.seq));
    return { path, header, trailer };
  } finally {
    await client.query("SELECT pg_advisory_unlock($1)", [LOCK]).catch(() => undefined);
  }
}

/** The stretch's two ends; throws where the log is not as it was written, because a signature must not vouch for that. */
async function oldest(client: pg.Client, last: Archive | undefined, before: Date): Promise<{ from: Link; to: Link } | null> {
  let seq = last?.lastSeq ?? 0;
  let hash: Buffer = last?.endHash ?? Buffer.alloc(0);
  const old: { from?: Link; to?: Link; newest?: Link } = {};
  for await (const link of readChain(client)) {
    // Only what another row follows: the newest one stays, because the next is hashed with it.
    if (old.newest) Object.assign(old, { from: old.from ?? old.newest, to: old.newest });
    if (link.at && link.at >= before) break;
    if (link.seq !== seq + 1 || link.text === null || !linkHash(hash, link.text).equals(link.hash))
      throw new UserError(`Row ${link.seq} of the audit log is not as it was written: see npm run audit:verify. Nothing was archived.`);
    ({ seq, hash } = link);
    old.newest = link;
  }
  return old.from && old.to ? { from: old.from, to: old.to } : null;
}

async function* until(links: AsyncIterable<Link>, lastSeq: number): AsyncGenerator<Link> {
  for await (const link of links) {
    if (link.seq <= lastSeq) yield link;
    if (link.seq >= lastSeq) return;
  }
}

function headerOf(last: Archive | undefined, from: Link, to: Link): Header {
  return {
    format: "foyer-audit-archive-1",
    firstSeq: from.seq,
    lastSeq: to.seq,
    count: to.seq - from.seq + 1,
    beforeHash: last?.endHash.toString("hex") ?? "",
    endHash: to.hash.toString("hex"),
    firstAt: (from.at ?? new Date(0)).toISOString(),
    lastAt: (to.at ?? new Date(0)).toISOString(),
    madeAt: new Date().toISOString(),
  };
}

/** One statement: the row, the removal and the event that tells of it are there together or not at all. */
async function remove(client: pg.Client, header: Header, trailer: Trailer, fileName: string): Promise<void> {
  const { firstSeq, lastSeq, beforeHash, endHash, firstAt, lastAt } = header;
  await client.query(
    `INSERT INTO "AuditArchive" ("firstSeq", "lastSeq", "beforeHash", "endHash", "firstAt", "lastAt", "fileName", "sha256", "keyId", "signature")
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      firstSeq,
      lastSeq,
      Buffer.from(beforeHash, "hex"),
      Buffer.from(endHash, "hex"),
      firstAt,
      lastAt,
      fileName,
      trailer.sha256,
      keyIdOf(trailer.publicKey),
      trailer.signature,
    ],
  );
}
