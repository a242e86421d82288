import "server-only";
import type { Readable } from "node:stream";
import { seenAt } from "@/access/identity/people-filter";
import { PERSON_COLUMNS } from "@/access/identity/person-columns";
import { db } from "@/lib/db";
import { dayText } from "@/lib/query-string";
import { Zip } from "@/lib/zip";
import { storageOf } from "@/storage";
import { objectBytes } from "@/storage/read";
import { PAGE, pages } from "./pages";
import { addWorks, organizationsOf } from "./works";

const SECRET_FREE_USER = { ...PERSON_COLUMNS, providerImage: true, createdAt: true, lastSeenAt: true } as const;

/**
 * Everything of one person as a ZIP archive that is read while it is made, of whatever there are many a page at a time: `account.json` (profile, ways
 * in, devices, organisations, files; never a hash or a secret), `activity.jsonl` (one line for each thing they did), what they
 * asked generators for (`generations.jsonl`), wrote (Markdown below `books/` and `blog/`), and their files below `files/`. `onBytes`
 * hears how many bytes of files have gone in. A file that is deleted meanwhile is empty.
 */
export async function openArchive(userId: string, onBytes: (bytes: number) => void): Promise<{ stream: Readable; totalBytes: number }> {
  const archive = new Zip();
  const [account, bytes] = await Promise.all([accountOf(userId), db().file.aggregate({ where: ready(userId), _sum: { sizeBytes: true } })]);
  archive.add("", "account.json", () => accountText(userId, account), { compress: true });
  archive.add("", "activity.jsonl", () => activityOf(userId), { compress: true });
  await addWorks(archive, userId);
  for await (const { name, provider, key, sizeBytes } of filesOf(userId))
    archive.add("files/", name, () => objectBytes(storageOf(provider), key, Number(sizeBytes), onBytes));
  return { stream: archive.stream(), totalBytes: Number(bytes._sum.sizeBytes ?? 0) };
}

function ready(ownerId: string) {
  return { ownerId, status: "READY" as const };
}

async function accountOf(userId: string) {
  const of = { where: { userId } };
  const [user, accounts, passkeys, totp, days, organizations] = await Promise.all([
    db().user.findUniqueOrThrow({ where: { id: userId }, select: SECRET_FREE_USER }),
    db().account.findMany({ ...of, select: { provider: true, providerAccountId: true, createdAt: true } }),
    db().passkey.findMany({ ...of, select: { name: true, createdAt: true, lastUsedAt: true } }),
    db().totpFactor.findUnique({ ...of, select: { confirmedAt: true } }),
    db().personDay.findMany({ ...of, select: { day: true }, orderBy: { day: "asc" } }),
    organizationsOf(userId),
  ]);
  const activeOn = days.map(({ day }) => dayText(day));
  const profile = { ...user, lastSeenAt: seenAt(user.lastSeenAt) };
  return { profile, accounts, passkeys, twoStepSince: totp?.confirmedAt ?? null, activeOn, organizations };
}

/** The account as one JSON object, and in it, row by row, what there may be many of. */
async function* accountText(userId: string, account: object): AsyncGenerator<string> {
  yield JSON.stringify(account, null, 2).replace(/\n\}$/, "");
  yield* listText("sessions", sessionsOf(userId));
  yield* listText("files", factsOf(userId));
  yield "\n}";
}

async function* listText(name: string, rows: AsyncIterable<object>): AsyncGenerator<string> {
  yield `,\n  "${name}": [`;
  let separator = "";
  for await (const row of rows) {
    yield `${separator}\n    ${JSON.stringify(row)}`;
    separator = ",";
  }
  yield "\n  ]";
}

async function* sessionsOf(userId: string) {
  const rows = pages((after) =>
    db().session.findMany({
      where: { userId, ...after },
      select: {
        id: true,
        method: true,
        strong: true,
        userAgent: true,
        ip: true,
        place: true,
        createdAt: true,
        lastSeenAt: true,
        endedAt: true,
      },
      orderBy: { id: "asc" },
      take: PAGE,
    }),
  );
  for await (const { id: _, ...session } of rows) yield session;
}

async function* factsOf(userId: string) {
  const rows = pages((after) =>
    db().file.findMany({
      where: { ...ready(userId), ...after },
      select: { id: true, name: true, sizeBytes: true, contentType: true, organizationId: true, createdAt: true },
      orderBy: { id: "asc" },
      take: PAGE,
    }),
  );
  for await (const file of rows) yield { ...file, sizeBytes: Number(file.sizeBytes) };
}

async function* activityOf(userId: string): AsyncGenerator<string> {
  const rows = pages((after) =>
    db().auditEvent.findMany({
      where: { actorId: userId, ...after },
      select: { id: true, at: true, action: true, subjectType: true, subjectId: true, ip: true, userAgent: true },
      orderBy: { id: "asc" },
      take: PAGE,
    }),
  );
  for await (const row of rows) yield `${JSON.stringify(row)}\n`;
}

function filesOf(userId: string) {
  return pages((after) =>
    db().file.findMany({
      where: { ...ready(userId), ...after },
      select: { id: true, name: true, provider: true, key: true, sizeBytes: true },
      orderBy: { id: "asc" },
      take: PAGE,
    }),
  );
}
