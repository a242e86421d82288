import { describe, expect, test } from "vitest";
import { signInWithEmail } from "@/features/accounts/actions";
import { resetPassword } from "@/features/recovery/actions";
import { db } from "@/lib/db";
import { ada, bring, clerkFile, HASH, lines, named } from "./support/imports";
import { mailsTo, runJobs, tokenTo } from "./support/jobs";
import { person } from "./support/people";
import { asVisitor, browser } from "./support/request";

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

  test("changes the picture that lies under one of their own, and leaves their own", async () => {
    const row = { id: "au30", email: "ada30@example.org", emailVerified: "2024-01-01T00:00:00Z", name: "Ada Okafor" };
    const file = (name: string) => lines([{ ...row, image: `https://img.example.org/${name}.png` }]);
    await bring("authjs", file("first"));
    const { id, image } = await named("au30");
    const own = "/api/avatars/own/picture";
    await db().user.update({ where: { id }, data: { image: own, providerImage: image } });
    const after = { field: "image", before: "https://img.example.org/first.png", after: "https://img.example.org/second.png" };
    expect(await bring("authjs", file("second"))).toMatchObject({ changed: 1, changes: [{ differences: [after] }] });
    expect(await db().user.findUniqueOrThrow({ where: { id } })).toMatchObject({ image: own, providerImage: after.after });
    expect(await bring("authjs", file("second"))).toMatchObject({ changed: 0, unchanged: 1 });
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
