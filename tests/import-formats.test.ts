import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { personIn } from "@/features/people-jobs/import/formats";
import type { ImportFormat } from "@/features/people-jobs/import/limits";
import { readRows } from "@/features/people-jobs/import/rows";
import { ada, HASH, lines } from "./support/imports";

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

test.each([
  ['id,name\n1,"a\nb"\n2,é\n3,c\n', [16, 21, 25]],
  ['[{"id":1},\n{"id":2},{"id":3}]', [9, 19, 28]],
])("each row of %j says how much of the file ends with it: what a progress bar goes by", async (file, expected) => {
  const ends: number[] = [];
  // All of it arrives at once: what has arrived is not what was read.
  for await (const { upTo } of readRows(Readable.from([Buffer.from(file)]))) ends.push(upTo);
  expect(ends).toEqual(expected);
});

describe("a format says who somebody is", () => {
  const one = (from: ImportFormat, values: Record<string, unknown>) => {
    const checked = personIn({ row: 1, values, isCsv: false, upTo: 0 }, from);
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
