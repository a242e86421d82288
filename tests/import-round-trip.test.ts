import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { NEVER_SEEN } from "@/access/identity/people-filter";
import { exportPeople } from "@/features/people-jobs/actions";
import { exportStep } from "@/features/people-jobs/export";
import { doPeopleJob } from "@/features/people-jobs/runner";
import { db } from "@/lib/db";
import { storage } from "@/storage";
import { bring, HASH } from "./support/imports";
import { admin } from "./support/people";
import { type Browser, signedIn } from "./support/request";

describe("our own format", () => {
  const COLUMNS = {
    id: true,
    externalId: true,
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
    createdAt: true,
    lastSeenAt: true,
    bannedAt: true,
    bannedUntil: true,
    banReason: true,
    publicMetadata: true,
    privateMetadata: true,
    unsafeMetadata: true,
    profileComplete: true,
  } as const;
  const everybody = async () => {
    const people = await db().user.findMany({ select: COLUMNS, orderBy: { id: "asc" } });
    const hashes = new Map((await db().password.findMany()).map(({ userId, hash }) => [userId, hash]));
    const accounts = await db().account.findMany({ select: { userId: true, type: true, provider: true, providerAccountId: true } });
    return people.map((one) => ({
      ...one,
      passwordHash: hashes.get(one.id) ?? null,
      providers: accounts.filter(({ userId }) => userId === one.id).map(({ userId: _, ...pair }) => pair),
    }));
  };
  /** Everybody as the worker writes them for an admin who asks with hashes. */
  async function exported(format: "csv" | "jsonl", window: Browser): Promise<string> {
    const asked = await window.run(() => exportPeople({ format, hashes: "on" }));
    if (!asked.ok) throw new Error(asked.error.message);
    const jobId = asked.data.id;
    await doPeopleJob({ EXPORT: exportStep })({ jobId }, { id: randomUUID(), attempt: 1, signal: new AbortController().signal });
    const { objectKey, sizeBytes } = await db().peopleJob.findUniqueOrThrow({ where: { id: jobId } });
    const bytes = await storage().readRange(objectKey ?? "", 0, Number(sizeBytes) - 1);
    return Buffer.from(bytes ?? []).toString();
  }

  test.each([
    { kind: "csv" as const, count: 1_000 },
    { kind: "jsonl" as const, count: 200 },
  ])("goes out as $kind and comes back into an empty site with no column different", { timeout: 60_000 }, async ({ kind, count }) => {
    const words = ["=1+1", "'=1+1", "@home", "a;=b", "-", 'O’Neill, "Esi"', "línea\nnueva", "日本", "x\t+y", "''"];
    const text = (n: number) => words[n % words.length] ?? "";
    const day = (n: number) => new Date(Date.UTC(2020, 0, 1) + n * 86_400_123);
    await db().user.deleteMany();
    const data = Array.from({ length: count }, (_, n) => ({
      email: `round${n}@example.org`,
      emailVerified: n % 3 ? day(n) : null,
      externalId: n % 2 ? `=ext ${n}` : null,
      name: n % 11 ? text(n).replace(/[\n\t]/g, " ") : "",
      image: n % 4 ? null : `https://img.example.org/${n}.png`,
      role: n % 97 ? ("MEMBER" as const) : ("ADMIN" as const),
      city: n % 5 ? "Lyon" : null,
      interests: n % 6 ? ["choir", "=formula", 'a "quote"'] : [],
      bio: n % 7 ? text(n) : null,
      locale: n % 8 ? "fr" : null,
      theme: n % 9 ? "dark" : null,
      createdAt: day(n),
      // One in seven has never been there.
      lastSeenAt: n % 7 ? day(n + 1) : NEVER_SEEN,
      ...(n % 10 ? {} : { bannedAt: day(n), bannedUntil: n % 20 ? day(n + 5) : null, banReason: text(n).replace(/[\n\t]/g, " ") }),
      publicMetadata: n % 12 ? { plan: "=pro", deep: [{ of: text(n) }] } : {},
      privateMetadata: { note: `;=${n}` },
      unsafeMetadata: n % 13 ? { n, ok: true, none: null } : {},
      profileComplete: Boolean(n % 5 && n % 6 && n % 7 && n % 11 && text(n) !== "-"),
    }));
    const made = await db().user.createManyAndReturn({ data, select: { id: true } });
    await db().password.createMany({ data: made.filter((_, n) => n % 3).map(({ id }) => ({ userId: id, hash: HASH })) });
    await db().account.createMany({
      data: made
        .filter((_, n) => n % 4 === 0)
        .map(({ id }, n) => ({ userId: id, type: n % 2 ? "oidc" : "oauth", provider: "github", providerAccountId: `${n}` })),
    });
    const boss = await admin();
    const window = await signedIn(boss);
    const file = await exported(kind, window);
    const before = await everybody();
    await db().user.deleteMany();
    // Another site has no memory of these ids.
    await db().tombstone.deleteMany();
    expect(await bring("foyer", file, { roles: true })).toMatchObject({ created: count + 1, refused: 0 });
    expect(await everybody()).toEqual(before);
    expect(await bring("foyer", file, { roles: true })).toMatchObject({ unchanged: count + 1, changes: [] });
  });
});
