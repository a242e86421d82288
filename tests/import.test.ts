import { spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import bcrypt from "bcryptjs";
import { describe, expect, test, vi } from "vitest";
import { enter } from "@/access/door";
import { GET } from "@/app/api/people-jobs/[id]/report/route";
import { signInWithEmail } from "@/features/accounts/actions";
import { removeObjects } from "@/features/files/removed-objects";
import { changeRole } from "@/features/people/actions";
import { cancelPeopleJob, checkImport, exportPeople, requestImport, startImport } from "@/features/people-jobs/actions";
import { exportStep } from "@/features/people-jobs/export";
import { personIn } from "@/features/people-jobs/import/formats";
import { readRows } from "@/features/people-jobs/import/rows";
import type { ImportFormat } from "@/features/people-jobs/import/schema";
import { getImport } from "@/features/people-jobs/import-queries";
import { importStep } from "@/features/people-jobs/import-step";
import { sweepImportUploads } from "@/features/people-jobs/import-uploads";
import { getPeopleJob, listRefusals } from "@/features/people-jobs/queries";
import { doPeopleJob } from "@/features/people-jobs/runner";
import { sweepPeopleJobs } from "@/features/people-jobs/sweep";
import { resetPassword } from "@/features/recovery/actions";
import { db } from "@/lib/db";
import { handleStorageRequest, storage } from "@/storage";
import { main as importCommand } from "../scripts/import";
import { importFile } from "../scripts/import-run";
import { mailsTo, runJobs, tokenTo } from "./support/jobs";
import { admin, person } from "./support/people";
import { temporaryFolder } from "./support/postgres";
import { asVisitor, type Browser, browser, redirectOf, signedIn } from "./support/request";

// What is imported was made at a lower cost.
process.env.BCRYPT_COST = "5";

const CLERK_HEAD =
  "id,first_name,last_name,username,primary_email_address,primary_phone_number,verified_email_addresses,unverified_email_addresses,verified_phone_numbers,unverified_phone_numbers,totp_secret,password_digest,password_hasher";
const folder = temporaryFolder();
let files = 0;

interface Options {
  dryRun?: boolean;
  roles?: boolean;
}

/** Imports this text as `npm run import` does, and gives what it said. */
async function bring(from: ImportFormat, text: string, { dryRun = false, roles = false }: Options = {}) {
  const path = join(folder, `people-${files++}`);
  writeFileSync(path, text);
  const refused: { row: number; words: string; field?: string }[] = [];
  const changes: { row: number; kind: string; differences: { field: string; before: unknown; after: unknown }[] }[] = [];
  const totals = await importFile(
    { from, path, dryRun, roles, digest: createHash("sha256").update(`${text}${files}`).digest("hex") },
    {
      onResume: () => undefined,
      onProgress: () => undefined,
      onBatch: async (batch) => void changes.push(...batch.changes),
      onRefusal: ({ row, words, field }) => void refused.push({ row, words, ...(field && { field }) }),
    },
  );
  return { ...totals, refusals: refused, changes };
}
const lines = (rows: unknown[]) => rows.map((row) => JSON.stringify(row)).join("\n");
const named = (externalId: string) =>
  db().user.findUniqueOrThrow({ where: { externalId }, include: { password: true, accounts: true, totp: true } });

async function rowsOf(text: string, chunk = 7) {
  const bytes = Buffer.from(text);
  const found = [];
  const parts = (async function* () {
    for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
  })();
  for await (const row of readRows(parts)) found.push("unreadable" in row ? row.row : row.values);
  return found;
}

describe("a file is read", () => {
  test("as CSV with quotes, line breaks in cells, a byte order mark and either line end", async () => {
    const text = '\uFEFFid,name\r\n1,"Ada ""the"" Okafor"\r\n2,"two\r\nlines, é"\n\n3,\n';
    expect(await rowsOf(text)).toEqual([
      { id: "1", name: 'Ada "the" Okafor' },
      { id: "2", name: "two\r\nlines, é" },
      { id: "3", name: "" },
    ]);
  });

  test("as a JSON array and as JSON lines, wherever the text is cut", async () => {
    const people = [
      { id: "1", name: 'a "quoted\\" } ] é' },
      { id: "2", deep: [{ of: ["x", "]"] }] },
    ];
    for (const text of [JSON.stringify(people), JSON.stringify(people, null, 2), lines(people), `\uFEFF${lines(people)}\n`])
      for (const chunk of [1, 5, 1_000]) expect(await rowsOf(text, chunk)).toEqual(people);
  });

  test("and what cannot be read is a row of its own, not the end of the others", async () => {
    expect(await rowsOf("id,name\n1,a\n2,b,c\n3,c\n4")).toEqual([{ id: "1", name: "a" }, 2, { id: "3", name: "c" }, 4]);
    expect(await rowsOf('{"id":1}\n{"id":}\n{"id":3}')).toEqual([{ id: 1 }, 2, { id: 3 }]);
    expect(await rowsOf('{"id":1}\nnonsense\n{"id":3}')).toEqual([{ id: 1 }, 2]);
    expect(await rowsOf('[{"id":1},{"id":2')).toEqual([{ id: 1 }, 2]);
    expect(await rowsOf('id,name\n1,"never closed')).toEqual([1]);
    expect(await rowsOf("")).toEqual([]);
    expect(await rowsOf(`[{"a":"${"x".repeat(300_000)}"}]`, 10_000)).toEqual([1]);
  });
});

const HASH = bcrypt.hashSync("plum-velvet-harbour-92", 4);
const clerk = (cells: Record<string, string>) =>
  CLERK_HEAD.split(",")
    .map((name) => `"${(cells[name] ?? "").replaceAll('"', '""')}"`)
    .join(",");
const clerkFile = (...rows: Record<string, string>[]) => [CLERK_HEAD, ...rows.map(clerk)].join("\n");
const ada = (n: number, more: Record<string, string> = {}) => ({
  id: `user_${n}`,
  first_name: "Ada",
  last_name: `Okafor ${n}`,
  primary_email_address: `ada${n}@example.org`,
  verified_email_addresses: `ada${n}@example.org`,
  ...more,
});

describe("a format says who somebody is", () => {
  const one = (from: ImportFormat, values: Record<string, unknown>) => {
    const checked = personIn({ row: 1, values, isCsv: false }, from);
    return "person" in checked ? checked.person : checked.refused;
  };

  test("Clerk: names joined, confirmed addresses told apart, what has no column kept, a secret only as a factor", () => {
    const person = one("clerk", {
      ...ada(1, { username: "ada", primary_phone_number: "+33600000000", verified_phone_numbers: "+33600000000" }),
      verified_email_addresses: "ADA1@example.org|second@example.org",
      unverified_email_addresses: "third@example.org",
      totp_secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
      password_digest: HASH,
      password_hasher: "bcrypt",
    });
    expect(person).toEqual({
      externalId: "user_1",
      email: "ada1@example.org",
      emailVerified: expect.any(Date),
      name: "Ada Okafor 1",
      passwordHash: HASH,
      totpSecret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
      privateMetadata: {
        clerk: {
          username: "ada",
          primary_phone_number: "+33600000000",
          verified_phone_numbers: "+33600000000",
          verified_email_addresses: ["second@example.org"],
          unverified_email_addresses: ["third@example.org"],
        },
      },
    });
    const unconfirmed = one("clerk", ada(2, { verified_email_addresses: "", unverified_email_addresses: "ada2@example.org" }));
    expect(unconfirmed).toMatchObject({ email: "ada2@example.org", emailVerified: undefined });
    expect(one("clerk", ada(3, { totp_secret: "not base32!" }))).toMatchObject({
      privateMetadata: { clerk: { authenticator_not_taken_over: true } },
    });
  });

  test("Supabase: what people wrote stays unsafe and opens nothing, identities are ways in, tokens are left behind", () => {
    const row = {
      id: "6d1f0000-0000-4000-8000-000000000001",
      email: "Esi@example.org",
      encrypted_password: HASH.replace("$2b$", "$2a$"),
      email_confirmed_at: "2024-05-01 10:00:00.5+00",
      created_at: "2024-05-01 12:00:00+02",
      last_sign_in_at: "",
      banned_until: "2020-01-01 00:00:00+00",
      raw_user_meta_data: '{"full_name":"Esi Haddad","avatar_url":"https://img.example.org/esi.png","provider_id":"victim"}',
      raw_app_meta_data: '{"provider":"github"}',
      identities: '[{"provider":"email","provider_id":"x"},{"provider":"github","provider_id":"42"}]',
      recovery_token: "abc",
      phone: "33600000000",
      is_super_admin: "f",
    };
    expect(one("supabase", row)).toEqual({
      externalId: row.id,
      email: "esi@example.org",
      emailVerified: new Date("2024-05-01T10:00:00.500Z"),
      createdAt: new Date("2024-05-01T10:00:00Z"),
      name: "Esi Haddad",
      image: "https://img.example.org/esi.png",
      passwordHash: row.encrypted_password,
      providers: [{ provider: "github", providerAccountId: "42" }],
      unsafeMetadata: JSON.parse(row.raw_user_meta_data),
      privateMetadata: { supabase: { raw_app_meta_data: { provider: "github" }, phone: "33600000000" } },
    });
    expect(one("supabase", { ...row, deleted_at: "2025-01-01 00:00:00+00" })).toMatchObject({ reason: "deleted_there" });
    expect(one("supabase", { ...row, email: "" })).toMatchObject({ reason: "address_missing" });
    expect(one("supabase", { ...row, banned_until: "2999-01-01 00:00:00+00" })).toMatchObject({ bannedUntil: new Date("2999-01-01") });
  });

  test("Better Auth and Auth.js: their accounts are ways in, a foreign hash becomes a new password", () => {
    const accounts = [
      { providerId: "google", accountId: "g-1", accessToken: "secret" },
      { providerId: "credential", accountId: "b-1", password: `${"0".repeat(32)}:${"1".repeat(128)}` },
    ];
    const better = {
      id: "b-1",
      name: "Hana",
      email: "hana@example.org",
      emailVerified: true,
      role: "user,admin",
      createdAt: 1700000000000,
    };
    expect(one("better-auth", { ...better, image: null, accounts, twoFactorEnabled: true })).toEqual({
      externalId: "b-1",
      email: "hana@example.org",
      emailVerified: new Date(1700000000000),
      createdAt: new Date(1700000000000),
      name: "Hana",
      role: "ADMIN",
      resetAtSignIn: true,
      providers: [{ provider: "google", providerAccountId: "g-1" }],
      privateMetadata: { "better-auth": { twoFactorEnabled: true } },
    });
    expect(
      one("authjs", { id: "a-1", email: "leo@example.org", accounts: [{ type: "oauth", provider: "github", providerAccountId: 7 }] }),
    ).toEqual({
      externalId: "a-1",
      email: "leo@example.org",
      providers: [{ provider: "github", providerAccountId: "7" }],
    });
  });

  test("and every value is looked at as the site's own forms look at it", () => {
    const refused = (more: Record<string, unknown>) => one("foyer", { email: "x@example.org", ...more });
    expect(refused({ email: "no address" })).toMatchObject({ reason: "address_invalid", field: "email" });
    expect(refused({ name: "x".repeat(101) })).toMatchObject({ reason: "value_invalid", field: "name" });
    expect(refused({ name: "a\u202Eb" })).toMatchObject({ reason: "value_invalid", field: "name" });
    expect(refused({ createdAt: "yesterday" })).toMatchObject({ reason: "value_invalid", field: "createdAt" });
    expect(refused({ publicMetadata: "not json" })).toMatchObject({ reason: "value_invalid", field: "publicMetadata" });
    expect(refused({ publicMetadata: { a: "x".repeat(9_000) } })).toMatchObject({ reason: "metadata_too_large" });
    expect(refused({ publicMetadata: { a: "\u0000" } })).toMatchObject({ reason: "value_invalid" });
    expect(refused({ image: "javascript:alert(1)" })).toMatchObject({ reason: "value_invalid", field: "image" });
    expect(refused({ passwordHash: "$2b$31$".padEnd(60, "a") })).toMatchObject({ resetAtSignIn: true });
  });
});

describe("an import", () => {
  test("makes people with their password, providers, authenticator and what has no column; the second run changes nothing", async () => {
    const text = clerkFile(
      ada(10, { password_digest: HASH, password_hasher: "bcrypt", totp_secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", username: "ada10" }),
      ada(11, { password_digest: "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA", password_hasher: "argon2id" }),
      ada(12, { verified_email_addresses: "" }),
    );
    expect(await bring("clerk", text)).toMatchObject({ created: 3, changed: 0, unchanged: 0, refused: 0 });
    const [first, second, third] = [await named("user_10"), await named("user_11"), await named("user_12")];
    expect(first).toMatchObject({
      email: "ada10@example.org",
      name: "Ada Okafor 10",
      role: "MEMBER",
      profileComplete: false,
      secondFactor: true,
      resetAtSignIn: false,
      privateMetadata: { clerk: { username: "ada10" } },
      password: { hash: HASH },
      totp: { confirmedAt: expect.any(Date) },
    });
    expect(first.totp?.secret).not.toContain("JBSWY3DP");
    expect(second).toMatchObject({ resetAtSignIn: true, password: null });
    expect([first.emailVerified, third.emailVerified]).toEqual([expect.any(Date), null]);
    const audit = await db().auditEvent.findMany({ where: { subjectId: first.id } });
    expect(audit).toMatchObject([{ action: "user.imported", subjectType: "User", actorId: null, after: { from: "clerk" } }]);
    expect(JSON.stringify(audit)).not.toMatch(/ada10|Okafor/);

    const again = await bring("clerk", text);
    expect(again).toMatchObject({ created: 0, changed: 0, unchanged: 3, refused: 0, changes: [] });
    expect(await named("user_10")).toEqual(first);
  });

  test("changes of somebody only what the file has and what differs, and never a password, a role, a ban or a way in", async () => {
    await bring("clerk", clerkFile(ada(20, { password_digest: HASH }), ada(21)));
    const { id } = await named("user_20");
    await db().user.update({ where: { id }, data: { city: "Lyon", role: "ADMIN", bannedAt: new Date(), privateMetadata: { note: 1 } } });
    await db().password.update({ where: { userId: id }, data: { hash: "changed here" } });
    const lost = await named("user_21");
    const dry = clerkFile(ada(20, { last_name: "Moreau", password_digest: HASH, username: "ada" }), ada(21, { password_digest: HASH }));
    expect(await bring("clerk", dry, { dryRun: true })).toMatchObject({
      changed: 1,
      unchanged: 1,
      changes: [
        {
          row: 1,
          kind: "changed",
          differences: [
            { field: "name", before: "Ada Okafor 20", after: "Ada Moreau" },
            { field: "privateMetadata", before: { note: 1 }, after: { note: 1, clerk: { username: "ada" } } },
          ],
        },
      ],
    });
    expect(await named("user_20")).toMatchObject({ name: "Ada Okafor 20" });
    await bring("clerk", dry);
    const now = await named("user_20");
    expect(now).toMatchObject({
      name: "Ada Moreau",
      city: "Lyon",
      role: "ADMIN",
      privateMetadata: { note: 1, clerk: { username: "ada" } },
    });
    expect([now.bannedAt !== null, now.password?.hash]).toEqual([true, "changed here"]);
    expect((await named("user_21")).password).toBeNull();
    expect(lost.id).toBe((await named("user_21")).id);
  });

  test("makes an admin only when it is asked to, and never takes the role from one", async () => {
    const row = { id: "b-30", email: "b30@example.org", emailVerified: true, role: "admin" };
    await bring("better-auth", lines([row]));
    expect(await named("b-30")).toMatchObject({ role: "MEMBER" });
    expect(await bring("better-auth", lines([row]), { roles: true })).toMatchObject({ changed: 1 });
    expect(await named("b-30")).toMatchObject({ role: "ADMIN" });
    await bring("better-auth", lines([{ ...row, role: "user" }]), { roles: true });
    expect(await named("b-30")).toMatchObject({ role: "ADMIN" });
  });

  test("finds somebody by a confirmed address, once, and brings their ways in; an unconfirmed one proves nothing", async () => {
    const known = await person({ email: "known40@example.org", password: null });
    const stranger = await person({ email: "known41@example.org", emailVerified: null });
    const file = (verified: boolean) =>
      lines(
        [40, 41].map((n) => ({
          id: `a-${n}`,
          email: `known${n}@example.org`,
          ...(verified && { emailVerified: "2024-01-01T00:00:00Z" }),
          passwordHash: HASH,
          accounts: [{ provider: "github", providerAccountId: `gh-${n}` }],
        })),
      );
    expect(await bring("authjs", file(false))).toMatchObject({
      changed: 0,
      refused: 2,
      refusals: [{ row: 1, words: expect.stringMatching(/confirmed/), field: "email" }, { row: 2 }],
    });
    expect(await bring("authjs", file(true))).toMatchObject({ created: 0, changed: 2 });
    expect(await named("a-40")).toMatchObject({ id: known.id, password: { hash: HASH }, accounts: [{ providerAccountId: "gh-40" }] });
    // Nobody had confirmed it here: the password of whoever registered it opens it no more.
    const taken = await named("a-41");
    expect(taken).toMatchObject({
      id: stranger.id,
      emailVerified: new Date("2024-01-01"),
      password: { hash: HASH },
      epoch: stranger.epoch + 1,
    });
    await db().account.deleteMany({ where: { userId: known.id } });
    expect(await bring("authjs", file(true))).toMatchObject({ unchanged: 2 });
    expect((await named("a-40")).accounts).toEqual([]);
  });

  test("refuses, each with its reason, what is twice in the file, somebody else's, deleted, or nobody's", async () => {
    await bring("clerk", clerkFile(ada(50), ada(51)));
    const gone = await person({ deletedAt: new Date(), email: "gone50@deleted.invalid" });
    const here = await person({ email: "here50@example.org" });
    await db().session.create({ data: { userId: (await named("user_51")).id, method: "password", expiresAt: new Date() } });
    const clashes = await bring(
      "clerk",
      clerkFile(
        ada(50, { primary_email_address: "here50@example.org", verified_email_addresses: "here50@example.org" }),
        ada(51, { primary_email_address: "new51@example.org", verified_email_addresses: "new51@example.org" }),
        ada(52, { primary_email_address: "ada50@example.org", verified_email_addresses: "ada50@example.org" }),
        ada(53),
        ada(53),
        ada(54, { primary_email_address: "ada53@example.org" }),
        ada(55, { primary_email_address: "nonsense" }),
        ada(56, { first_name: "x".repeat(120) }),
      ),
    );
    const reasons = clashes.refusals.map(({ row, words }) => `${row} ${words}`);
    expect(clashes).toMatchObject({ created: 1, refused: 7 });
    expect(reasons.map((text) => text.split(" ").slice(0, 4).join(" "))).toMatchInlineSnapshot(`
      [
        "1 The address belongs",
        "2 This person has",
        "3 This person came",
        "5 An earlier row",
        "6 An earlier row",
        "7 That is no",
        "8 A value does",
      ]
    `);
    expect(await bring("foyer", lines([{ id: gone.id, email: "again50@example.org" }]))).toMatchObject({ refused: 1, created: 0 });
    await db().account.create({ data: { userId: here.id, type: "oauth", provider: "github", providerAccountId: "gh-50" } });
    const stolen = { id: "a-57", email: "thief@example.org", accounts: [{ provider: "github", providerAccountId: "gh-50" }] };
    expect(await bring("authjs", lines([stolen]))).toMatchObject({ refused: 1, created: 0 });
    const { id } = await db().peopleJob.findFirstOrThrow({ orderBy: { createdAt: "desc" } });
    expect(await db().peopleJobRefusal.findMany({ where: { jobId: id } })).toMatchObject([
      { row: 1, subject: "thief@example.org", reason: "provider_taken", field: "providers" },
    ]);
  });
});

describe("the first sign-in of somebody imported", () => {
  const attempt = (email: string, password: string) => {
    const window = browser();
    return window.run(() => signInWithEmail({ email, password }).catch((error: unknown) => ({ redirected: String(error) })));
  };

  test("with a bcrypt password of any kind works, and raises it to the configured cost", async () => {
    const password = "plum-velvet-harbour-92";
    const kinds = ["2a", "2b", "2y"];
    await bring("clerk", clerkFile(...kinds.map((kind, n) => ada(60 + n, { password_digest: HASH.replace("$2b$", `$${kind}$`) }))));
    for (const n of [60, 61, 62]) {
      expect(await attempt(`ada${n}@example.org`, "another one")).toMatchObject({ ok: false });
      expect(await attempt(`ada${n}@example.org`, password)).toMatchObject({ redirected: expect.stringMatching(/NEXT_REDIRECT/) });
      expect((await named(`user_${n}`)).password?.hash).toMatch(/^\$2b\$05\$/);
    }
  });

  test("with a password nobody here can check is answered as any wrong one, and mails a link for a new one", async () => {
    await bring("clerk", clerkFile(ada(65, { password_digest: "$argon2id$v=19$m=65536$c2FsdA$aGFzaA" }), ada(66)));
    const [marked, unmarked, unknown] = [
      await attempt("ada65@example.org", "whatever it was"),
      await attempt("ada66@example.org", "whatever it was"),
      await attempt("nobody65@example.org", "whatever it was"),
    ];
    expect([marked, unmarked]).toEqual([unknown, unknown]);
    await runJobs();
    expect(await mailsTo("ada65@example.org")).toMatchObject([{ template: "reset" }]);
    expect(await mailsTo("ada66@example.org")).toEqual([]);
    const token = await tokenTo("ada65@example.org", "reset");
    await asVisitor({}, () => resetPassword({ token, password: "gqzvtrwkxmplhd" })).catch(() => undefined);
    expect(await attempt("ada65@example.org", "wrong again")).toEqual(unknown);
    await runJobs();
    expect((await mailsTo("ada65@example.org")).filter(({ template }) => template === "reset")).toHaveLength(1);
    expect(await attempt("ada65@example.org", "gqzvtrwkxmplhd")).toMatchObject({ redirected: expect.stringMatching(/NEXT_REDIRECT/) });
  });
});

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
      lastSeenAt: day(n + 1),
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

describe("an import from the page", () => {
  const job = (attempt = 1) => ({ id: randomUUID(), attempt, signal: new AbortController().signal });
  const work = (jobId: string) => doPeopleJob({ IMPORT: importStep })({ jobId }, job());
  /** The job as its page shows it. */
  const seen = (window: Browser, id: string) =>
    window.run(async () => {
      const entry = await enter();
      return { ...(await getPeopleJob(entry, id)), ...(await getImport(entry, id)), ...(await listRefusals(entry, id)) };
    });
  const reported = async (window: Browser, id: string) =>
    (await window.fetch(GET, `/api/people-jobs/${id}/report`, { params: { id } })).text();
  const file = clerkFile(ada(80, { password_digest: HASH }), ada(81), ada(82, { primary_email_address: "nonsense" }));

  /** What the page does with a file: asks for a URL, sends the bytes, has them looked at. */
  async function check(window: Browser, text: string, bytes = text) {
    const asked = await window.run(() => requestImport({ sizeBytes: Buffer.byteLength(text) }));
    if (!asked.ok) return asked;
    const { url, method, headers, ticket } = asked.data;
    await handleStorageRequest(new Request(new URL(url, "http://members.example.org"), { method, headers, body: bytes }));
    return window.run(() => checkImport({ ticket, from: "clerk", roles: false }));
  }

  test("is looked at first, shows every difference, and writes only when it is told to", async () => {
    const boss = await admin();
    const window = await signedIn(boss);
    const checked = await check(window, file);
    if (!checked.ok) throw new Error(checked.error.message);
    const { id } = checked.data;
    await work(id);
    expect(await db().user.count({ where: { externalId: "user_80" } })).toBe(0);
    expect(await seen(window, id)).toMatchObject({
      status: "DONE",
      isCheck: true,
      total: 3,
      found: { created: 2, changed: 0, unchanged: 0, rows: 3, shown: [{ row: 1, kind: "created" }, { row: 2 }] },
      refusals: [{ row: 3, subject: "nonsense", reason: "address_invalid", field: "email" }],
    });
    const report = await reported(window, id);
    expect(report).toContain("1,ada80@example.org,created,name,,Ada Okafor 80\r\n");
    expect(report).toContain("1,ada80@example.org,created,password,,bcrypt\r\n");
    expect(report).toContain("3,nonsense,refused,email,,address_invalid\r\n");
    expect(report).not.toContain(HASH);

    const started = (await redirectOf(window.run(() => startImport({ id })))).replace("/admin/jobs/", "");
    expect(await window.run(() => startImport({ id }))).toMatchObject({ ok: false, error: { code: "conflict" } });
    await work(started);
    expect(await seen(window, started)).toMatchObject({ status: "DONE", isCheck: false, found: { created: 2, rows: 3 } });
    expect(await named("user_80")).toMatchObject({ password: { hash: HASH } });
    expect(await db().auditEvent.findMany({ where: { subjectId: (await named("user_80")).id } })).toMatchObject([
      { action: "user.imported", actorId: boss.id, after: { from: "clerk", job: started } },
    ]);
    // The file is the import's now: of what it said, the report of the check has the refused rows alone.
    expect(await reported(window, id)).toBe("row,subject,reason,field\r\n3,nonsense,address_invalid,email\r\n");
    expect(await db().auditEvent.count({ where: { action: "people_job.report_exported", subjectId: id, actorId: boss.id } })).toBe(2);

    // What was imported holds passwords: it is let go, and neither it nor its job is imported a second time.
    const { objectKey } = await db().peopleJob.findUniqueOrThrow({ where: { id: started } });
    await sweepImportUploads();
    await removeObjects();
    expect(await storage().head(objectKey ?? "")).toBeNull();
    for (const again of [id, started]) expect(await window.run(() => startImport({ id: again })), again).toMatchObject({ ok: false });
    expect((await db().peopleJob.findUniqueOrThrow({ where: { id } })).expiresAt.getTime()).toBeLessThan(Date.now() + 25 * 3_600_000);
  });

  test("makes admins only while whoever asked is one, and says so of each", async () => {
    const [boss, other] = [await admin(), await admin()];
    const window = await signedIn(boss);
    const known = await person({ externalId: "role_1" });
    const rows = [
      { id: known.id, email: known.email, role: "ADMIN" },
      { email: "role2@example.org", emailVerified: new Date(), role: "ADMIN" },
    ];
    const asked = await window.run(() => requestImport({ sizeBytes: Buffer.byteLength(lines(rows)) }));
    if (!asked.ok) throw new Error(asked.error.message);
    const { url, method, headers, ticket } = asked.data;
    await handleStorageRequest(new Request(new URL(url, "http://members.example.org"), { method, headers, body: lines(rows) }));
    const checked = await window.run(() => checkImport({ ticket, from: "foyer", roles: true }));
    if (!checked.ok) throw new Error(checked.error.message);
    await work(checked.data.id);
    const started = (await redirectOf(window.run(() => startImport({ id: checked.data.id })))).replace("/admin/jobs/", "");
    expect(await signedIn(other).then((theirs) => theirs.run(() => changeRole({ userId: boss.id, role: "MEMBER" })))).toMatchObject({
      ok: true,
    });
    await work(started).catch(() => undefined);
    expect(await db().user.count({ where: { role: "ADMIN", email: { in: rows.map(({ email }) => email) } } })).toBe(0);
    await db().user.update({ where: { id: boss.id }, data: { role: "ADMIN" } });
    expect(await bring("foyer", lines(rows), { roles: true })).toMatchObject({ created: 1, changed: 1 });
    const told = await db().auditEvent.findMany({ where: { action: "user.role_changed", subjectId: known.id } });
    expect(told).toMatchObject([{ before: { role: "MEMBER" }, after: { role: "ADMIN", job: expect.any(String) } }]);
    const made = await db().user.findUniqueOrThrow({ where: { email: "role2@example.org" } });
    expect(await db().auditEvent.findFirst({ where: { action: "user.imported", subjectId: made.id } })).toMatchObject({
      after: { role: "ADMIN" },
    });
  });

  test("is an admin's who has just proven who they are, of bytes they sent themselves", async () => {
    expect(await check(await signedIn(await person()), file)).toMatchObject({ ok: false, error: { code: "forbidden" } });
    expect(await browser().run(() => requestImport({ sizeBytes: 1 }))).toMatchObject({ ok: false, error: { code: "unauthenticated" } });
    const stale = await signedIn(await admin());
    await db().session.update({ where: { id: stale.claims.sid }, data: { reauthenticatedAt: new Date(0) } });
    expect(await check(stale, file)).toMatchObject({ ok: false, error: { code: "forbidden" } });
    const [one, two] = [await signedIn(await admin()), await signedIn(await admin())];
    const asked = await one.run(() => requestImport({ sizeBytes: 4 }));
    if (!asked.ok) throw new Error(asked.error.message);
    const { ticket } = asked.data;
    for (const window of [one, two])
      expect(await window.run(() => checkImport({ ticket, from: "clerk", roles: false }))).toMatchObject({
        ok: false,
        error: { code: "conflict" },
      });
    expect(await one.run(() => requestImport({ sizeBytes: 900_000_000 }))).toMatchObject({ ok: false });
    expect(await one.run(() => startImport({ id: randomUUID() }))).toMatchObject({ ok: false, error: { code: "not_found" } });
  });

  test("of which nothing is left in the store when nobody came back for it", async () => {
    const key = `imports/${(Date.now() - 7 * 3_600_000).toString(36)}-${randomUUID()}`;
    const fresh = `imports/${Date.now().toString(36)}-${randomUUID()}`;
    for (const name of [key, fresh])
      await storage().put(name, Readable.from([Buffer.from("x")]), { sizeBytes: 1, contentType: "application/octet-stream" });
    await sweepImportUploads();
    expect([await storage().head(key), await storage().head(fresh)]).toEqual([null, expect.anything()]);
  });
});

describe("npm run import", () => {
  const people = Array.from({ length: 1_600 }, (_, n) => ({
    id: randomUUID(),
    email: `many${n}@example.org`,
    name: `Person ${n}`,
    passwordHash: HASH,
    interests: ["choir"],
  }));
  const start = (args: string[]) => {
    const { PATH, HOME, DATABASE_URL, AUTH_SECRET } = process.env;
    const env = { PATH, HOME, DATABASE_URL, AUTH_SECRET, FOYER_DATA: temporaryFolder(), NODE_ENV: "test" as const };
    return spawn(process.execPath, ["scripts/run.mjs", "import", ...args], { env, stdio: "ignore" });
  };

  test("goes on where it was killed, and brings everybody once", { timeout: 60_000 }, async () => {
    const path = join(folder, "many.jsonl");
    writeFileSync(path, `${lines(people)}\nnonsense`);
    const counted = () => db().user.count({ where: { email: { startsWith: "many" } } });
    const first = start(["--from", "foyer", path]);
    const ended = once(first, "close");
    await vi.waitFor(async () => expect(await counted()).toBeGreaterThan(0), { timeout: 30_000, interval: 20 });
    first.kill("SIGKILL");
    await ended;
    // Which ends what nobody will take up again.
    await sweepPeopleJobs();
    // From the page nobody ends what a terminal goes on with.
    const { id } = await db().peopleJob.findFirstOrThrow({ where: { status: "RUNNING" } });
    expect(await (await signedIn(await admin())).run(() => cancelPeopleJob({ id }))).toMatchObject({
      ok: false,
      error: { code: "conflict", message: expect.stringContaining("terminal") },
    });
    const begun = await counted();
    expect(begun % 500).toBe(0);
    expect(begun).toBeLessThan(people.length);
    const report = join(folder, "report.csv");
    const said = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    const code = await importCommand(["--from", "foyer", path, "--report", report]);
    const output = said.mock.calls.join("");
    said.mockRestore();
    expect(output).toContain(`Goes on after row ${begun}`);
    expect(output).toContain("1600 new, 0 changed, 0 as they were, 1 refused");
    expect(code).toBe(0);
    expect(await counted()).toBe(people.length);
    expect(await db().auditEvent.count({ where: { action: "user.imported", subjectId: { in: people.map(({ id }) => id) } } })).toBe(
      people.length,
    );
    expect(readFileSync(report, "utf8")).toContain("1601,,refused,,,The row cannot be read.");
    expect(await db().peopleJob.findFirst({ where: { status: "RUNNING" } })).toBeNull();
  });

  test("says what is wrong with what was asked", async () => {
    for (const [args, says] of [
      [["people.csv"], "Say where the file comes from"],
      [["--from", "nowhere", "people.csv"], "clerk|supabase|better-auth|authjs|foyer"],
      [["--from", "clerk"], "Name one file"],
      [["--from", "clerk", "no-such.csv"], "There is no file"],
      [["--from", "clerk", "--now", "x"], "--now"],
    ] as const)
      await expect(importCommand([...args])).rejects.toThrow(says);
  });
});
