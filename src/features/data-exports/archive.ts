import "server-only";
import { Readable } from "node:stream";
import { ZipFile } from "yazl";
import { db } from "@/lib/db";
import { dayText } from "@/lib/query-string";
import { storageOf } from "@/storage";
import type { Storage } from "@/storage/storage";

const CHUNK_BYTES = 1_048_576;
const PAGE = 500;
const SECRET_FREE_USER = {
  id: true,
  email: true,
  emailVerified: true,
  name: true,
  image: true,
  role: true,
  city: true,
  interests: true,
  bio: true,
  locale: true,
  theme: true,
  publicMetadata: true,
  unsafeMetadata: true,
  createdAt: true,
  lastSeenAt: true,
} as const;

/**
 * Everything of one person as a ZIP archive that is read while it is made, in constant memory: `account.json` (profile, ways
 * in, devices, files; never a hash or a secret), `activity.jsonl` (one line for each thing they did) and their files below
 * `files/`. `onBytes` hears how many bytes of files have gone in. A file that is deleted meanwhile is empty.
 */
export async function openArchive(userId: string, onBytes: (bytes: number) => void): Promise<{ stream: Readable; totalBytes: number }> {
  const archive = new ZipFile();
  const account = await accountOf(userId);
  archive.addBuffer(Buffer.from(JSON.stringify(account, null, 2)), "account.json");
  lazily(archive, "activity.jsonl", () => activityOf(userId));
  const taken = new Set<string>();
  for await (const { name, provider, key, sizeBytes } of filesOf(userId)) {
    // Pictures, films and documents are compressed already.
    lazily(archive, `files/${entryName(name, taken)}`, () => bytesOf(storageOf(provider), key, Number(sizeBytes), onBytes), {
      compress: false,
    });
  }
  archive.end();
  // yazl's stream is a PassThrough by its documentation; its types say ReadableStream.
  return { stream: Readable.from(archive.outputStream), totalBytes: account.files.reduce((sum, file) => sum + file.sizeBytes, 0) };
}

function lazily(archive: ZipFile, name: string, open: () => AsyncIterable<Uint8Array | string>, options = {}): void {
  archive.addReadStreamLazy(name, options, (callback) => callback(null, Readable.from(open(), { objectMode: false })));
}

async function accountOf(userId: string) {
  const of = { where: { userId } };
  const [profile, accounts, sessions, passkeys, totp, days, files] = await Promise.all([
    db().user.findUniqueOrThrow({ where: { id: userId }, select: SECRET_FREE_USER }),
    db().account.findMany({ ...of, select: { provider: true, providerAccountId: true, createdAt: true } }),
    db().session.findMany({
      ...of,
      select: { method: true, strong: true, userAgent: true, ip: true, place: true, createdAt: true, lastSeenAt: true, endedAt: true },
      orderBy: { createdAt: "asc" },
    }),
    db().passkey.findMany({ ...of, select: { name: true, createdAt: true, lastUsedAt: true } }),
    db().totpFactor.findUnique({ ...of, select: { confirmedAt: true } }),
    db().personDay.findMany({ ...of, select: { day: true }, orderBy: { day: "asc" } }),
    db().file.findMany({
      where: { ownerId: userId, status: "READY" },
      select: { id: true, name: true, sizeBytes: true, contentType: true, createdAt: true },
      orderBy: { id: "asc" },
    }),
  ]);
  const listed = files.map((file) => ({ ...file, sizeBytes: Number(file.sizeBytes) }));
  const activeOn = days.map(({ day }) => dayText(day));
  return { profile, accounts, sessions, passkeys, twoStepSince: totp?.confirmedAt ?? null, activeOn, files: listed };
}

async function* activityOf(userId: string): AsyncGenerator<string> {
  let after = "";
  for (;;) {
    const rows = await db().auditEvent.findMany({
      where: { actorId: userId, ...(after && { id: { gt: after } }) },
      select: { id: true, at: true, action: true, subjectType: true, subjectId: true, ip: true, userAgent: true },
      orderBy: { id: "asc" },
      take: PAGE,
    });
    for (const row of rows) yield `${JSON.stringify(row)}\n`;
    after = rows.at(-1)?.id ?? "";
    if (rows.length < PAGE) return;
  }
}

async function* filesOf(userId: string) {
  let after = "";
  for (;;) {
    const rows = await db().file.findMany({
      where: { ownerId: userId, status: "READY", ...(after && { id: { gt: after } }) },
      select: { id: true, name: true, provider: true, key: true, sizeBytes: true },
      orderBy: { id: "asc" },
      take: PAGE,
    });
    yield* rows;
    after = rows.at(-1)?.id ?? "";
    if (rows.length < PAGE) return;
  }
}

async function* bytesOf(store: Storage, key: string, sizeBytes: number, onBytes: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < sizeBytes; ) {
    const chunk = await store.readRange(key, at, Math.min(sizeBytes, at + CHUNK_BYTES) - 1);
    if (!chunk || chunk.byteLength === 0) return;
    at += chunk.byteLength;
    onBytes(chunk.byteLength);
    yield chunk;
  }
}

/** A name that is one file in one folder wherever the archive is opened, and that no other file of it has. */
function entryName(name: string, taken: Set<string>): string {
  const safe = name.replace(/[/\\:*?"<>|\p{Cc}\p{Cs}]/gu, "_").replace(/^\.+/, "_") || "_";
  const dot = safe.lastIndexOf(".");
  const [stem, end] = dot > 0 ? [safe.slice(0, dot), safe.slice(dot)] : [safe, ""];
  let unique = safe;
  // Where letters' case does not count, neither may it here.
  for (let copy = 2; taken.has(unique.toLowerCase()); copy++) unique = `${stem} (${copy})${end}`;
  taken.add(unique.toLowerCase());
  return unique;
}
