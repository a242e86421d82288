import "server-only";
import type { Readable } from "node:stream";
import { seenAt } from "@/access/identity/people-filter";
import { PERSON_COLUMNS } from "@/access/identity/person-columns";
import { db } from "@/lib/db";
import { dayText } from "@/lib/query-string";
import { Zip } from "@/lib/zip";
import { storageOf } from "@/storage";
import { objectBytes } from "@/storage/read";
import { addWorks, organizationsOf } from "./works";

const PAGE = 500;
const SECRET_FREE_USER = { ...PERSON_COLUMNS, providerImage: true, createdAt: true, lastSeenAt: true } as const;

/**
 * Everything of one person as a ZIP archive that is read while it is made, in constant memory: `account.json` (profile, ways
 * in, devices, organisations, files; never a hash or a secret), `activity.jsonl` (one line for each thing they did), what they
 * asked generators for (`generations.jsonl`), wrote (Markdown below `books/` and `blog/`), and their files below `files/`. `onBytes`
 * hears how many bytes of files have gone in. A file that is deleted meanwhile is empty.
 */
export async function openArchive(userId: string, onBytes: (bytes: number) => void): Promise<{ stream: Readable; totalBytes: number }> {
  const archive = new Zip();
  const account = await accountOf(userId);
  const text = JSON.stringify(account, null, 2);
  archive.add("", "account.json", () => once(text), { compress: true });
  archive.add("", "activity.jsonl", () => activityOf(userId), { compress: true });
  await addWorks(archive, userId);
  for await (const { name, provider, key, sizeBytes } of filesOf(userId))
    archive.add("files/", name, () => objectBytes(storageOf(provider), key, Number(sizeBytes), onBytes));
  return { stream: archive.stream(), totalBytes: account.files.reduce((sum, file) => sum + file.sizeBytes, 0) };
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}

async function accountOf(userId: string) {
  const of = { where: { userId } };
  const [user, accounts, sessions, passkeys, totp, days, organizations, files] = await Promise.all([
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
    organizationsOf(userId),
    db().file.findMany({
      where: { ownerId: userId, status: "READY" },
      select: { id: true, name: true, sizeBytes: true, contentType: true, organizationId: true, createdAt: true },
      orderBy: { id: "asc" },
    }),
  ]);
  const listed = files.map((file) => ({ ...file, sizeBytes: Number(file.sizeBytes) }));
  const activeOn = days.map(({ day }) => dayText(day));
  const profile = { ...user, lastSeenAt: seenAt(user.lastSeenAt) };
  return { profile, accounts, sessions, passkeys, twoStepSince: totp?.confirmedAt ?? null, activeOn, organizations, files: listed };
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
