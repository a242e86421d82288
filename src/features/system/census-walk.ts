import "server-only";
import { db } from "@/lib/db";
import { storage } from "@/storage";
import type { CensusDetails } from "./census-details";

const BATCH = 1_000;
const NAMED = 20;
const OWNERS_NAMED = 10;
/** What does not fit together is looked at again, because the site goes on meanwhile; so many, or a lost store would be asked for each of its files. */
const LOOKED_AT_AGAIN = 200;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

interface FileRow {
  id: string;
  ownerId: string;
  key: string;
  uploadKey: string | null;
  sizeBytes: bigint;
  status: "PENDING" | "READY" | "DELETING";
}
/** All of one owner, by the first part of the keys; both streams come in the order of these. */
interface Group<T> {
  owner: string;
  all: T[];
}

/**
 * Walks the store and the rows of files beside each other, in the order of their owners, and says how much there is and what does
 * not fit together. Memory for one owner at a time; what the site changes meanwhile is looked at again.
 */
export async function walk(signal: AbortSignal) {
  const details: CensusDetails = { owners: [], orphans: [], missing: [] };
  const total = { objects: 0, files: 0, bytes: 0n, orphans: 0, missing: 0, details };
  let again = LOOKED_AT_AGAIN;
  for await (const { owner, keys, rows } of side(
    grouped(keysOf(), ownerOf),
    grouped(rowsOf(), ({ ownerId }) => ownerId),
  )) {
    signal.throwIfAborted();
    total.objects += keys.length;
    addOwner(total, owner, rows);
    const unknown = await unexplained(keys, rows);
    const objects = new Set(keys);
    const lost = rows.filter(({ status, key }) => status === "READY" && !objects.has(key));
    for (const key of unknown) {
      if (again-- > 0 && !(await isOrphan(key))) continue;
      if (total.orphans++ < NAMED) details.orphans.push(key);
    }
    for (const row of lost) {
      if (again-- > 0 && !(await isMissing(row))) continue;
      if (total.missing++ < NAMED) details.missing.push(row.id);
    }
  }
  return total;
}

function addOwner(total: { files: number; bytes: bigint; details: CensusDetails }, id: string, rows: FileRow[]): void {
  const shown = rows.filter(({ status }) => status === "READY");
  const bytes = shown.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0n);
  total.files += shown.length;
  total.bytes += bytes;
  if (shown.length === 0) return;
  const owners = [...total.details.owners, { id, bytes: Number(bytes), files: shown.length }];
  total.details.owners = owners.sort((one, other) => other.bytes - one.bytes).slice(0, OWNERS_NAMED);
}

/** Of these keys those that no row has: of files by the rows, of archives, exports and imports by a query for what is left. */
async function unexplained(keys: string[], rows: FileRow[]): Promise<string[]> {
  const known = new Set(rows.flatMap(({ key, uploadKey }) => [key, uploadKey]));
  const uploads = rows.flatMap(({ uploadKey }) => (uploadKey ? [`${uploadKey}-`] : []));
  // Files of people on their way in: swept within hours, and of no row before they are looked at.
  const left = keys.filter((key) => !known.has(key) && !key.startsWith("imports/") && !uploads.some((upload) => key.startsWith(upload)));
  const found: string[] = [];
  for (let at = 0; at < left.length; at += BATCH) {
    const batch = left.slice(at, at + BATCH);
    const others = await otherKeys(batch);
    found.push(...batch.filter((key) => !others.has(key)));
  }
  return found;
}

async function otherKeys(keys: string[]): Promise<Set<string>> {
  const ids = keys.map((key) => key.split("/")[1] ?? "").filter((name) => UUID.test(name));
  const [exports, jobs] = await Promise.all([
    db().dataExport.findMany({ where: { id: { in: ids } }, select: { id: true, userId: true } }),
    db().peopleJob.findMany({ where: { objectKey: { in: keys } }, select: { objectKey: true } }),
  ]);
  return new Set([...exports.map(({ id, userId }) => `${userId}/${id}`), ...jobs.map(({ objectKey }) => objectKey ?? "")]);
}

/** Rows come before their objects and go after them: an object without a row now, and still there, was nobody's all the time. */
async function isOrphan(key: string): Promise<boolean> {
  const [owner = "", name = ""] = key.split("/");
  const uploadKey = `${owner}/${name.slice(0, 36)}`;
  const row = await db().file.findFirst({ where: { OR: [{ key }, { uploadKey: key }, { uploadKey }] }, select: { id: true } });
  return row === null && (await otherKeys([key])).size === 0 && (await storage().head(key)) !== null;
}

async function isMissing({ id }: FileRow): Promise<boolean> {
  const row = await db().file.findUnique({ where: { id }, select: { key: true, status: true } });
  return row?.status === "READY" && (await storage().head(row.key)) === null;
}

async function* keysOf(): AsyncGenerator<string> {
  let cursor: string | undefined;
  do {
    const page = await storage().list("", cursor);
    yield* page.keys;
    cursor = page.cursor ?? undefined;
  } while (cursor);
}

/** Rows of this store in the order of their owners, which is that of the keys: an id has one length, in small letters. */
async function* rowsOf(): AsyncGenerator<FileRow> {
  const select = { id: true, ownerId: true, key: true, uploadKey: true, sizeBytes: true, status: true } as const;
  const { provider } = storage();
  for (let last: FileRow | undefined, isMore = true; isMore; ) {
    // The first half says nothing new, and is what the index can begin at.
    const { id, ownerId } = last ?? {};
    const beyond = ownerId ? { ownerId: { gte: ownerId }, OR: [{ ownerId: { gt: ownerId } }, { ownerId, id: { gt: id } }] } : {};
    const rows: FileRow[] = await db().file.findMany({
      where: { provider, ...beyond },
      select,
      orderBy: [{ ownerId: "asc" }, { id: "asc" }],
      take: BATCH,
    });
    yield* rows;
    last = rows.at(-1);
    isMore = rows.length === BATCH;
  }
}

function ownerOf(key: string): string {
  return key.split("/")[0] ?? "";
}

async function* grouped<T>(items: AsyncIterable<T>, owner: (item: T) => string): AsyncGenerator<Group<T>> {
  let group: Group<T> | null = null;
  for await (const item of items) {
    if (group?.owner === owner(item)) group.all.push(item);
    else {
      if (group) yield group;
      group = { owner: owner(item), all: [item] };
    }
  }
  if (group) yield group;
}

/** Two streams in one order, beside each other: every owner once, with what either has of them. */
async function* side(objects: AsyncGenerator<Group<string>>, files: AsyncGenerator<Group<FileRow>>) {
  let [left, right] = [await objects.next(), await files.next()];
  while (!left.done || !right.done) {
    const [one, other] = [left.done ? null : left.value, right.done ? null : right.value];
    const owner = !other || (one && before(one.owner, other.owner)) ? (one?.owner ?? "") : other.owner;
    const keys = one?.owner === owner ? one.all : [];
    const rows = other?.owner === owner ? other.all : [];
    yield { owner, keys, rows };
    if (one?.owner === owner) left = await objects.next();
    if (other?.owner === owner) right = await files.next();
  }
}

/** In the byte order of whole keys, in which the store lists them. */
function before(one: string, other: string): boolean {
  return `${one}/` <= `${other}/`;
}
