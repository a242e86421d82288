import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { z } from "zod";
import { type Archive, linkHash } from "./audit-chain";
import { type Header, headerSchema, statementOf, type Trailer, trailerSchema } from "./audit-file";
import { isSigned, type Keys, keyIdOf } from "./audit-keys";

/** As text, because what is hashed is the event's text to the byte; `s`, because an event may hold separators of lines that are not one. */
const ROW = /^\{"seq":(\d+),"hash":"([0-9a-f]{64})","event":(\[.*\])\}$/s;

/** What a file says of itself, as far as it could be read, and what is wrong with it. */
export interface ReadArchive {
  name: string;
  header: Header | null;
  trailer: Trailer | null;
  problems: string[];
}

/** Reads an archive to its end: every hash anew, the checksum, the signature by one of `keys`. Never throws for what is in it. */
export async function readArchive(path: string, keys: Keys, heads: { seq: number; hash: string }[] = []): Promise<ReadArchive> {
  const read: ReadArchive = { name: basename(path), header: null, trailer: null, problems: [] };
  const problem = (text: string) => read.problems.push(`${read.name}: ${text}`);
  const rows = new RowReader(problem, heads);
  const hash = createHash("sha256");
  const held: { last?: Buffer } = {};
  const take = async (bytes: AsyncIterable<Buffer>) => {
    for await (const line of linesOf(bytes)) {
      // A line is known to be a row when another follows: the last one is the signature.
      if (held.last) {
        hash.update(held.last).update("\n");
        if (read.header) rows.take(held.last.toString());
        else read.header = rows.begin(headerSchema.parse(JSON.parse(held.last.toString())));
      }
      held.last = line;
    }
  };
  try {
    await pipeline(createReadStream(path), createGunzip(), take);
    read.trailer = trailerSchema.parse(JSON.parse(String(held.last)));
  } catch (error) {
    problem(
      `cannot be read${read.header ? ` after row ${rows.seq}` : ""} (${error instanceof z.ZodError ? "it is no archive, or cut" : reason(error)})`,
    );
    return read;
  }
  rows.end();
  if (read.header) for (const text of trailerProblems(read.header, read.trailer, hash.digest("hex"), keys)) problem(text);
  return read;
}

/** What is wrong with the files, with their order, and between them and what the database knows of archives. */
export function fileProblems(files: ReadArchive[], archives: Archive[] | null): string[] {
  const problems = files.flatMap((file) => file.problems);
  for (const [index, { name, header }] of files.entries()) {
    const before = files[index - 1];
    if (!header || !before?.header) continue;
    if (header.firstSeq !== before.header.lastSeq + 1 || header.beforeHash !== before.header.endHash)
      problems.push(`${name} does not follow ${before.name}: one between them is missing, or they stand in another order`);
  }
  if (!archives) return problems;
  for (const { firstSeq, lastSeq, fileName, sha256, endHash } of archives) {
    const file = files.find(({ header }) => header?.firstSeq === firstSeq);
    if (!file) problems.push(`${fileName} is not among the files: rows ${firstSeq} to ${lastSeq}`);
    else if (
      file.header?.lastSeq !== lastSeq ||
      file.header.endHash !== endHash.toString("hex") ||
      (file.trailer && file.trailer.sha256 !== sha256)
    )
      problems.push(`${file.name} is not the file that was archived as ${fileName}`);
  }
  for (const { name, header } of files)
    if (header && !archives.some(({ firstSeq }) => firstSeq === header.firstSeq))
      problems.push(`${name} holds rows ${header.firstSeq} to ${header.lastSeq}, of which the database knows no archive`);
  return problems;
}

/** Follows the chain through the rows of one file. */
class RowReader {
  seq = 0;
  private hash: Buffer = Buffer.alloc(0);
  private header: Header | null = null;

  constructor(
    private readonly problem: (text: string) => void,
    private readonly heads: { seq: number; hash: string }[],
  ) {}

  begin(header: Header): Header {
    this.header = header;
    this.seq = header.firstSeq - 1;
    this.hash = Buffer.from(header.beforeHash, "hex");
    return header;
  }

  take(line: string): void {
    const [, seq = "", hash = "", text = ""] = ROW.exec(line) ?? [];
    const place = Number(seq);
    if (!seq) {
      this.problem(`the line after row ${this.seq} is none of an archive`);
      return;
    }
    if (place !== this.seq + 1) this.problem(`row ${place} stands where row ${this.seq + 1} should`);
    else if (linkHash(this.hash, text).toString("hex") !== hash) this.problem(`row ${place} was changed or moved`);
    for (const head of this.heads)
      if (head.seq === place && head.hash !== hash) this.problem(`row ${place} was hashed anew since the log was last verified`);
    this.seq = place;
    this.hash = Buffer.from(hash, "hex");
  }

  end(): void {
    const { firstSeq = 0, lastSeq = 0, count = 0, endHash = "" } = this.header ?? {};
    if (!this.header) this.problem("is no archive");
    else if (this.seq !== lastSeq || this.hash.toString("hex") !== endHash || count !== lastSeq - firstSeq + 1)
      this.problem(`ends with row ${this.seq} and not as its first line says`);
  }
}

function trailerProblems(header: Header, { sha256, publicKey, signature }: Trailer, found: string, keys: Keys): string[] {
  if (sha256 !== found) return ["its content is not what was signed"];
  const id = keyIdOf(publicKey);
  if (!keys.has(id)) return [`is signed by key ${id}, which is none of ours; --key PUBLIC_KEY names another`];
  return isSigned(statementOf(header, sha256), id, signature, keys) ? [] : ["has a wrong signature"];
}

/** By the byte of a line's end alone: a reader of text would also split at other separators, which an event may hold. */
async function* linesOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  for await (const chunk of bytes) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      yield Buffer.concat([...rest, chunk.subarray(from, end)]);
      rest = [];
      from = end + 1;
    }
    rest.push(chunk.subarray(from));
  }
  const cut = Buffer.concat(rest);
  if (cut.length > 0) yield cut;
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
