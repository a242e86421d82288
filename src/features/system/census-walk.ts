import type { Database } from "@/lib/db";
import { namedKeys } from "@/lib/stored-objects";
import type { Storage } from "@/storage/storage";
import type { CensusDetails } from "./census-details";

const BATCH = 1_000;
const NAMED = 20;
const OWNERS_NAMED = 10;
/** What does not fit together is looked at again, because the site goes on meanwhile; so many, or a lost store would be asked for each of its files. */
const LOOKED_AT_AGAIN = 200;
/** What a confirmation adds to the key of an upload. */
const MOVED = /(?<=\/.+)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface FileRow {
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

/** Where a walk goes, and what is to be told of what does not fit together. */
interface Walk {
  database: Database;
  store: Storage;
  signal: AbortSignal;
  onOrphan?(key: string): Promise<void>;
  onMissing?(row: FileRow): Promise<void>;
}

/**
 * Walks the store and the rows of files beside each other, in the order of their owners, and says how much there is and what does
 * not fit together. Memory for one owner at a time; what the site changes meanwhile is looked at again.
 */
export async function walk({ database, store, signal, onOrphan, onMissing }: Walk) {
  const details: CensusDetails = { owners: [], orphans: [], missing: [] };
  const total = { objects: 0, files: 0, bytes: 0n, orphans: 0, missing: 0, details };
  // Whoever wants to hear of each of them has time.
  let again = onOrphan ? Number.POSITIVE_INFINITY : LOOKED_AT_AGAIN;
  for await (const { owner, keys, rows } of side(
    grouped(keysOf(store), ownerOf),
    grouped(rowsOf(database, store.provider), ({ ownerId }) => ownerId),
  )) {
    signal.throwIfAborted();
    total.objects += keys.length;
    addOwner(total, owner, rows);
    const unknown = await unexplained(database, store.provider, keys, rows);
    const objects = new Set(keys);
    const lost = rows.filter(({ status, key }) => status === "READY" && !objects.has(key));
    for (const key of unknown) {
      if (again-- > 0 && !(await isOrphan(database, store, key))) continue;
      if (total.orphans++ < NAMED) details.orphans.push(key);
      await onOrphan?.(key);
    }
    for (const row of lost) {
      if (again-- > 0 && !(await isMissing(database, store, row))) continue;
      if (total.missing++ < NAMED) details.missing.push(row.id);
      await onMissing?.(row);
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

/** Of these keys those that no row has: of files by the rows, and of what is left by a query for all that names objects. */
async function unexplained(database: Database, provider: Storage["provider"], keys: string[], rows: FileRow[]): Promise<string[]> {
  const known = new Set(rows.flatMap(({ key, uploadKey }) => [key, uploadKey]));
  const uploads = rows.flatMap(({ uploadKey }) => (uploadKey ? [`${uploadKey}-`] : []));
  // Files of people on their way in: swept within hours, and of no row before they are looked at.
  const left = keys.filter((key) => !known.has(key) && !key.startsWith("imports/") && !uploads.some((upload) => key.startsWith(upload)));
  const found: string[] = [];
  for (let at = 0; at < left.length; at += BATCH) {
    const batch = left.slice(at, at + BATCH);
    const others = await otherKeys(database, provider, batch);
    found.push(...batch.filter((key) => !others.has(key) && !others.has(uploadKeyOf(key))));
  }
  return found;
}

/** What a row names, and what is to be removed already, with the upload keys from which these come. */
async function otherKeys(database: Database, provider: Storage["provider"], keys: string[]): Promise<Set<string>> {
  const all = [...new Set([...keys, ...keys.map(uploadKeyOf)])];
  const named = await namedKeys(database, provider, keys);
  const lines = await database.storageDeletion.findMany({ where: { provider, key: { in: all } }, select: { key: true } });
  return new Set([...named, ...lines.map(({ key }) => key)]);
}

/** The key at which what lies here arrived, where a confirmation moved it: its name begins with that one's. */
function uploadKeyOf(key: string): string {
  return key.replace(MOVED, "");
}

/** Whether an object is nobody's, and still there. Rows come before their objects and go after them: then it was nobody's all the time. */
export async function isOrphan(database: Database, store: Storage, key: string): Promise<boolean> {
  const uploadKey = uploadKeyOf(key);
  const where = { provider: store.provider, OR: [{ key }, { uploadKey: key }, { uploadKey }] };
  const row = await database.file.findFirst({ where, select: { id: true } });
  if (row) return false;
  const others = await otherKeys(database, store.provider, [key]);
  return !others.has(key) && !others.has(uploadKey) && (await store.head(key)) !== null;
}

async function isMissing(database: Database, store: Storage, { id }: FileRow): Promise<boolean> {
  const row = await database.file.findUnique({ where: { id }, select: { key: true, status: true, provider: true } });
  return row?.status === "READY" && row.provider === store.provider && (await store.head(row.key)) === null;
}

async function* keysOf(store: Storage): AsyncGenerator<string> {
  let cursor: string | undefined;
  do {
    const page = await store.list("", cursor);
    yield* page.keys;
    cursor = page.cursor ?? undefined;
  } while (cursor);
}

/** Rows of this store in the order of their owners, which is that of the keys: an id has one length, in small letters. */
async function* rowsOf(database: Database, provider: Storage["provider"]): AsyncGenerator<FileRow> {
  const select = { id: true, ownerId: true, key: true, uploadKey: true, sizeBytes: true, status: true } as const;
  for (let last: FileRow | undefined, isMore = true; isMore; ) {
    // The first half says nothing new, and is what the index can begin at.
    const { id, ownerId } = last ?? {};
    const beyond = ownerId ? { ownerId: { gte: ownerId }, OR: [{ ownerId: { gt: ownerId } }, { ownerId, id: { gt: id } }] } : {};
    const rows: FileRow[] = await database.file.findMany({
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
