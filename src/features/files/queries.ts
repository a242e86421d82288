import "server-only";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import { db, type FileKind, type StorageProvider } from "@/lib/db";
import { env } from "@/lib/env";
import { after, type Cursor, cursorDate, page } from "@/lib/keyset";
import { previewAddress } from "@/lib/preview-address";
import { missingFor, storageOf } from "@/storage";
import { isMeantFor } from "./meant";
import { FILE_KINDS, FILES_PAGE_SIZE } from "./schema";

const UNFINISHED_SHOWN = 20;
const SHOWN = {
  id: true,
  name: true,
  sizeBytes: true,
  contentType: true,
  kind: true,
  createdAt: true,
  previewKey: true,
  provider: true,
} as const;

interface FilesWanted {
  cursor?: Cursor | undefined;
  kind?: FileKind | undefined;
  /** Oneself where nobody is named. */
  ownerId?: string;
  limit?: number;
}

/**
 * A page of a person's files, newest first, and the cursor of the next. `previewUrl` leads to a small picture,
 * null where there is none.
 */
export async function listFiles(entry: Entry, { cursor, kind, ownerId, limit = FILES_PAGE_SIZE }: FilesWanted = {}) {
  const from = cursor ? after("createdAt", "desc", cursor, cursorDate) : {};
  const wanted = { ownerId: ownerId ?? entry.actor.userId, kind: kind ?? { in: [...FILE_KINDS] }, status: "READY" as const };
  const rows = await db().file.findMany({
    where: { AND: [accessibleBy(entry.ability).ofType("File"), wanted, from] },
    select: { ...SHOWN, organizationId: true },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: limit + 1,
  });
  const { rows: shown, next } = page(rows, limit, (row) => row.createdAt);
  return { files: shown.map(withPreview), next };
}

/**
 * A page of what is shared with an organisation one belongs to, one's own included, newest first, each with its owner's name, and
 * the cursor of the next; nothing of one that one does not belong to.
 */
export async function listSharedFiles(entry: Entry, organizationId: string, cursor?: Cursor, limit = FILES_PAGE_SIZE) {
  const from = cursor ? after("createdAt", "desc", cursor, cursorDate) : {};
  const shared = { organizationId, status: "READY" as const, organization: { members: { some: { userId: entry.actor.userId } } } };
  const rows = await db().file.findMany({
    where: { AND: [accessibleBy(entry.ability).ofType("File"), shared, from] },
    select: { ...SHOWN, owner: { select: { id: true, name: true } } },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: limit + 1,
  });
  const { rows: shown, next } = page(rows, limit, (row) => row.createdAt);
  const files = shown.map(({ owner, ...row }) => ({ ...row, owner: { name: owner.name, isOneself: owner.id === entry.actor.userId } }));
  return { files: files.map(withPreview), next };
}

/** The bytes of a face, by what they hash to; null where nobody has it, or not any more. */
export async function findAvatar(entry: Entry, ownerId: string, hash: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const wanted = { ownerId, kind: "AVATAR" as const, status: "READY" as const, key: { endsWith: `-${hash}` } };
  const file = await db().file.findFirst({
    where: { AND: [accessibleBy(entry.ability).ofType("File"), wanted] },
    select: { provider: true, key: true, sizeBytes: true },
  });
  const bytes = file && (await storageOf(file.provider).readRange(file.key, 0, Number(file.sizeBytes) - 1));
  return bytes && new Uint8Array(bytes);
}

/**
 * What `previewAddress` shows of a file: to its owner, to those it is shared with, and of a cover to whoever sees what it is the
 * cover of. An admin sees what a file is called; its picture is its content, which they open for a reason.
 */
export function findPreview(entry: Entry, id: string) {
  const { ability, actor } = entry;
  const own = [{ ownerId: actor.userId }, { organization: { members: { some: { userId: actor.userId } } } }];
  // A cover's own rule is that of what it is the cover of.
  const covers = [
    { kind: "COVER" as const, coverOfBook: { is: accessibleBy(ability).ofType("Book") } },
    { kind: "COVER" as const, coverOfPost: { is: accessibleBy(ability).ofType("BlogPost") } },
  ];
  return db().file.findFirst({
    // Within an AND: an admin's rule has no condition, and of an OR Prisma forgets the part that has none.
    where: { id, status: "READY", OR: [{ AND: [accessibleBy(ability).ofType("File"), { OR: own }] }, ...covers] },
    select: { key: true, previewKey: true, provider: true, kind: true },
  });
}

type Stored = { id: string; previewKey: string | null; provider: StorageProvider; sizeBytes: bigint };

/** Of a store that is not configured any more there are no previews; the rest of the page is there. */
function withPreview<Row extends Stored>({ previewKey, provider, sizeBytes, ...row }: Row) {
  const isThere = previewKey !== null && missingFor(provider).length === 0;
  return { ...row, sizeBytes: Number(sizeBytes), previewUrl: isThere ? previewAddress(row.id) : null };
}

/** Who has opened, renamed or moved a file, the latest first, and whether to open it takes a reason; null for one they may not read. */
export async function fileHistory(entry: Entry, id: string) {
  // A face is everybody's to see, but not what its file was called.
  const listed = { OR: [{ kind: { in: [...FILE_KINDS] } }, { ownerId: entry.actor.userId }] };
  const file = await db().file.findFirst({
    where: { AND: [accessibleBy(entry.ability).ofType("File"), { id, status: "READY" }, listed] },
    select: {
      id: true,
      name: true,
      sizeBytes: true,
      contentType: true,
      width: true,
      height: true,
      createdAt: true,
      ownerId: true,
      organization: { select: { members: { where: { userId: entry.actor.userId }, select: { userId: true } } } },
    },
  });
  if (!file) return null;
  // Of a file of one's own one sees what others did with it too; of a shared one, what one did oneself.
  const whose = file.ownerId === entry.actor.userId ? {} : accessibleBy(entry.ability).ofType("AuditEvent");
  const events = await db().auditEvent.findMany({
    where: { AND: [whose, { subjectType: "File", subjectId: id }] },
    select: { id: true, at: true, action: true, actorId: true, realActorId: true, after: true },
    orderBy: [{ at: "desc" }, { id: "desc" }],
    take: FILES_PAGE_SIZE,
  });
  const { organization, ...rest } = file;
  return { ...rest, sizeBytes: Number(file.sizeBytes), needsReason: !isMeantFor(entry, file), events };
}

export type FileWithHistory = NonNullable<Awaited<ReturnType<typeof fileHistory>>>;
export type ListedFile = Awaited<ReturnType<typeof listFiles>>["files"][number];

/** Uploads in parts of one's own that may be taken up again, the newest first. */
export async function listUnfinished(entry: Entry) {
  const unfinished = { ownerId: entry.actor.userId, status: "PENDING" as const, partBytes: { not: null } };
  const rows = await db().file.findMany({
    where: { AND: [accessibleBy(entry.ability).ofType("File"), { ...unfinished, uploadExpiresAt: { gt: new Date() } }] },
    select: { id: true, name: true, sizeBytes: true, sourceChangedAt: true, createdAt: true },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: UNFINISHED_SHOWN,
  });
  return rows.map(({ sizeBytes, sourceChangedAt, ...row }) => ({
    ...row,
    sizeBytes: Number(sizeBytes),
    changedAt: sourceChangedAt?.getTime() ?? null,
  }));
}

export type Unfinished = Awaited<ReturnType<typeof listUnfinished>>[number];

/** How much of their room the files and texts of a person, oneself where nobody is named, take, in bytes; uploads under way count. */
export async function getUsage(entry: Entry, ownerId = entry.actor.userId) {
  const { ability } = entry;
  const written = { authorId: ownerId };
  const [{ _sum, _count }, books, posts] = await Promise.all([
    db().file.aggregate({
      where: { AND: [accessibleBy(ability).ofType("File"), { ownerId, status: { not: "DELETING" } }] },
      _sum: { sizeBytes: true },
      _count: true,
    }),
    db().book.aggregate({ where: { AND: [accessibleBy(ability).ofType("Book"), written] }, _sum: { textBytes: true } }),
    db().blogPost.aggregate({ where: { AND: [accessibleBy(ability).ofType("BlogPost"), written] }, _sum: { textBytes: true } }),
  ]);
  const usedBytes = Number(_sum.sizeBytes ?? 0) + Number(books._sum.textBytes ?? 0) + Number(posts._sum.textBytes ?? 0);
  return { usedBytes, files: _count, quotaBytes: env().QUOTA_BYTES, maxFileBytes: env().MAX_FILE_BYTES };
}
