import { createHash } from "node:crypto";
import { open, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { z } from "zod";
import type { Link } from "./audit-chain";
import { archiveStatement, type SigningKey } from "./audit-keys";

const hex = z.string().regex(/^(?:[0-9a-f]{64})?$/);
const place = z.number().int().positive();
export const headerSchema = z.strictObject({
  format: z.literal("foyer-audit-archive-1"),
  firstSeq: place,
  lastSeq: place,
  count: place,
  beforeHash: hex,
  endHash: hex,
  firstAt: z.iso.datetime(),
  lastAt: z.iso.datetime(),
  madeAt: z.iso.datetime(),
});
export const trailerSchema = z.strictObject({ sha256: hex, publicKey: z.string().length(43), signature: z.string().length(86) });
const LINES_A_CHUNK = 500;

export type Header = z.infer<typeof headerSchema>;
export type Trailer = z.infer<typeof trailerSchema>;
/** In an order that a folder's listing keeps. */
export function archiveName(firstSeq: number, lastSeq: number): string {
  const [first, last] = [firstSeq, lastSeq].map((seq) => String(seq).padStart(12, "0"));
  return `audit-${first}-${last}.jsonl.gz`;
}

/**
 * Writes an archive: lines of JSON, compressed; a header, a line for each row, and the signature. The file is there under its name
 * only as a whole, and on the disk. Returns what was signed.
 */
export async function writeArchive(path: string, header: Header, rows: AsyncIterable<Link>, key: SigningKey): Promise<Trailer> {
  const hash = createHash("sha256");
  let trailer: Trailer | undefined;
  async function* lines() {
    let chunk = `${JSON.stringify(header)}\n`;
    let count = 0;
    for await (const { seq, hash: link, text } of rows) {
      chunk += `{"seq":${seq},"hash":"${link.toString("hex")}","event":${text}}\n`;
      if (++count % LINES_A_CHUNK > 0) continue;
      hash.update(chunk);
      yield chunk;
      chunk = "";
    }
    hash.update(chunk);
    trailer = signed(header, hash.digest("hex"), key);
    yield `${chunk}${JSON.stringify(trailer)}\n`;
  }
  const file = await open(`${path}.part`, "w", 0o600);
  try {
    // By hand: the file's own streams would keep it from being closed.
    await pipeline(Readable.from(lines()), createGzip(), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) await file.writeFile(chunk);
    });
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.part`, path);
  await syncFolder(dirname(path));
  if (!trailer) throw new Error("an archive without its signature");
  return trailer;
}

function signed(header: Header, sha256: string, key: SigningKey): Trailer {
  return { sha256, publicKey: key.publicKey, signature: key.sign(statementOf(header, sha256)) };
}

/** What is signed of a file. */
export function statementOf({ firstSeq, lastSeq, beforeHash, endHash }: Header, sha256: string): string {
  return archiveStatement({ firstSeq, lastSeq, beforeHash: Buffer.from(beforeHash, "hex"), endHash: Buffer.from(endHash, "hex"), sha256 });
}

/** So that the name is as lasting as the bytes: what it names is about to be removed elsewhere. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(join(path, "."), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
