import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { isStillSignedIn } from "@/access/bearer";
import { enter } from "@/access/door";
import { currentEntry } from "@/access/entry";
import { verifyCredentials } from "@/access/identity/credentials";
import { deletePerson, keepAccount, keepPerson, requestDeletion } from "@/features/account-deletion/actions";
import { deleteAtOnce, sweepDeletions } from "@/features/account-deletion/changes";
import { register } from "@/features/accounts/actions";
import { confirmUpload, renameFile, requestUpload } from "@/features/files/actions";
import { sweepFiles } from "@/features/files/leftovers";
import { invite } from "@/features/invitations/actions";
import { inviteToOrganization } from "@/features/organizations/actions";
import { changeRole } from "@/features/people/actions";
import { listPeople } from "@/features/people/queries";
import { forgotPassword } from "@/features/recovery/actions";
import { db } from "@/lib/db";
import { handleStorageRequest, storage } from "@/storage";
import { hostile } from "./support/hostile";
import { mailsTo, runJobs } from "./support/jobs";
import { admin, file, PASSWORD, person } from "./support/people";
import { as, asVisitor, type Browser, redirectOf, signedIn } from "./support/request";

const DAY_MS = 86_400_000;
/** Nobody else in this database has any of these in any row. */
const WORDS = {
  name: "Zéphyrine Quillfeather",
  city: "Vladivostokgrad",
  bio: "Collects unmistakable barometers.",
  organization: "Society of the Quillfeather Weathervane",
  prompt: "a barometer of marzipan in a thunderstorm",
  book: "Memoirs of an Isobar",
  post: "Eleven Cirrus Recipes",
  file: "xylophone-lesson.txt",
};
const IP = "198.51.100.201";
const AGENT = "Quillfeather/7.1 (unmistakable)";

const rowOf = ({ id }: { id: string }) => db().user.findUniqueOrThrow({ where: { id } });
const refusal = async (answer: Promise<{ ok: boolean; error?: object }>) => (await answer).error;
const come = ({ id }: { id: string }) => db().user.update({ where: { id }, data: { deleteAfter: new Date(Date.now() - 1) } });

// So that nobody in this file is the last one who could run the place.
beforeAll(async () => void (await admin()));

describe("asking for it", () => {
  test("takes one's own address and a proof of the last ten minutes, ends the other sessions and leaves 14 days", async () => {
    const someone = await person();
    const [here, there] = [await signedIn(someone), await signedIn(someone)];
    const other = await person();
    for (const address of ["", other.email, someone.email.slice(1), someone.name])
      expect(await refusal(here.run(() => requestDeletion({ address })))).toMatchObject({ fields: { address: expect.any(String) } });
    await db().session.update({ where: { id: here.claims.sid }, data: { reauthenticatedAt: new Date(Date.now() - 601_000) } });
    expect(await refusal(here.run(() => requestDeletion({ address: someone.email })))).toMatchObject({ code: "forbidden" });
    expect((await rowOf(someone)).deleteAfter).toBeNull();
    await db().session.update({ where: { id: here.claims.sid }, data: { reauthenticatedAt: new Date() } });
    expect(await here.run(() => requestDeletion({ address: ` ${someone.email.toUpperCase()} ` }))).toMatchObject({ ok: true });
    const { deleteAfter } = await rowOf(someone);
    expect(Math.round(((deleteAfter?.getTime() ?? 0) - Date.now()) / DAY_MS)).toBe(14);
    expect((await here.run(currentEntry))?.actor.deleteAfter).toBe(deleteAfter?.toISOString());
    expect(await there.run(currentEntry)).toBeNull();
    expect(await mailsTo(someone.email)).toMatchObject([
      { template: "accountDeletion", props: { when: deleteAfter?.toISOString(), undoUrl: expect.stringMatching(/\/settings\/account$/) } },
    ]);
    expect((await rowOf(other)).deleteAfter).toBeNull();
  });

  test("refuses what is no address of this form", async () => {
    const someone = await signedIn(await person());
    for (const { name, input } of hostile({ address: "x@example.org" }))
      expect((await someone.run(() => requestDeletion(input as never))).ok, name).toBe(false);
    expect(await refusal(asVisitor({}, () => requestDeletion({ address: "x@example.org" })))).toMatchObject({ code: "unauthenticated" });
    expect(await refusal(asVisitor({}, () => keepAccount({})))).toMatchObject({ code: "unauthenticated" });
  });

  test("is refused to the last admin who stays, and a second form changes nothing", async () => {
    const [one, two] = [await admin(), await admin()];
    await db().user.updateMany({ where: { role: "ADMIN", id: { notIn: [one.id, two.id] } }, data: { role: "MEMBER" } });
    expect(await as(one, () => requestDeletion({ address: one.email }))).toMatchObject({ ok: true });
    const { deleteAfter } = await rowOf(one);
    expect(await refusal(as(one, () => requestDeletion({ address: one.email })))).toMatchObject({ code: "conflict" });
    expect((await rowOf(one)).deleteAfter).toEqual(deleteAfter);
    expect(await refusal(as(two, () => requestDeletion({ address: two.email })))).toMatchObject({ code: "conflict" });
    expect(await refusal(as(one, () => changeRole({ userId: two.id, role: "MEMBER" })))).toMatchObject({ code: "forbidden" });
    await redirectOf(as(one, () => keepAccount({})));
    expect(await as(two, () => requestDeletion({ address: two.email }))).toMatchObject({ ok: true });
    await db().user.update({ where: { id: two.id }, data: { deleteAfter: null } });
  });
});

test("until the day nothing is touched, and keeping the account is one click; a stranger's click keeps nothing", async () => {
  const someone = await person();
  const window = await signedIn(someone);
  await window.run(() => requestDeletion({ address: someone.email }));
  const before = await rowOf(someone);
  await sweepDeletions();
  expect(await rowOf(someone)).toEqual(before);
  const kept = "/settings/account?notice=account_kept";
  // Whoever has kept theirs, in another tab say, is told so.
  expect(await redirectOf(as(await person(), () => keepAccount({})))).toBe(kept);
  expect((await rowOf(someone)).deleteAfter).toEqual(before.deleteAfter);
  // Signing in is still possible, from anywhere.
  expect(await asVisitor({}, () => verifyCredentials(someone.email, PASSWORD))).toBe(someone.id);
  expect(await redirectOf(as(someone, () => keepAccount({})))).toBe(kept);
  expect((await rowOf(someone)).deleteAfter).toBeNull();
  expect((await window.run(currentEntry))?.actor.deleteAfter).toBeNull();
});

describe("by an admin", () => {
  const byBoss = async (input: { userId: string; address: string; when: "now" | "later" }, boss?: { id: string }) => {
    const window = await signedIn(boss ?? (await admin()));
    return { window, answer: window.run(() => deletePerson(input)) };
  };

  test("in 14 days: told by mail, signed out everywhere, and taken back by the admin or by the person", async () => {
    const someone = await person();
    const theirs = await signedIn(someone);
    const { window, answer } = await byBoss({ userId: someone.id, address: ` ${someone.email.toUpperCase()} `, when: "later" });
    expect(await redirectOf(answer)).toBe(`/admin/users/${someone.id}`);
    const { deleteAfter } = await rowOf(someone);
    expect(Math.round(((deleteAfter?.getTime() ?? 0) - Date.now()) / DAY_MS)).toBe(14);
    expect(await theirs.run(currentEntry)).toBeNull();
    expect(await mailsTo(someone.email)).toMatchObject([{ template: "accountDeletion", props: { when: deleteAfter?.toISOString() } }]);
    expect(await redirectOf(window.run(() => keepPerson({ userId: someone.id })))).toBe(`/admin/users/${someone.id}`);
    expect((await rowOf(someone)).deleteAfter).toBeNull();
    expect(await refusal(window.run(() => keepPerson({ userId: someone.id })))).toMatchObject({ code: "conflict" });
    await redirectOf((await byBoss({ userId: someone.id, address: someone.email, when: "later" })).answer);
    await redirectOf(as(someone, () => keepAccount({})));
    const made = await db().auditEvent.findMany({ where: { subjectId: someone.id }, orderBy: { at: "asc" } });
    const pair = ["user.deletion_requested", "user.deletion_cancelled"];
    expect(made.map(({ action }) => action)).toEqual([...pair, ...pair]);
    expect(made.map(({ actorId }) => actorId === someone.id)).toEqual([false, false, false, true]);
    expect(JSON.stringify(made)).not.toContain(someone.email);
  });

  test("now: the worker takes it at once, also of somebody who was leaving, and nobody takes it back", async () => {
    const someone = await person();
    await as(someone, () => requestDeletion({ address: someone.email }));
    const { window, answer } = await byBoss({ userId: someone.id, address: someone.email, when: "now" });
    expect(await redirectOf(answer)).toBe("/admin/users");
    expect(await refusal(window.run(() => keepPerson({ userId: someone.id })))).toMatchObject({ code: "conflict" });
    expect(await refusal(as(someone, () => keepAccount({})))).toMatchObject({ code: "conflict" });
    const jobs = await db().$queryRaw<{ payload: { userId: string } }[]>`
      SELECT payload FROM graphile_worker._private_jobs WHERE payload->>'userId' = ${someone.id}`;
    expect(jobs).toEqual([{ payload: { userId: someone.id } }]);
    await deleteAtOnce({ userId: someone.id });
    expect(await rowOf(someone)).toMatchObject({ name: "", email: `${someone.id}@deleted.invalid`, deletedAt: expect.any(Date) });
    // Twice is once: the worker may begin again.
    await deleteAtOnce({ userId: someone.id });
    expect(await db().auditEvent.count({ where: { action: "user.redacted", subjectId: someone.id } })).toBe(1);
    // Nobody else goes by it.
    const other = await person();
    await deleteAtOnce({ userId: other.id });
    expect((await rowOf(other)).deletedAt).toBeNull();
  });

  test("needs the address, a recent proof and the right: nobody else's, never one's own, and an admin on their way out deletes none", async () => {
    const [someone, boss] = [await person(), await admin()];
    const input = { userId: someone.id, address: someone.email, when: "now" } as const;
    expect(await refusal(asVisitor({}, () => deletePerson(input)))).toMatchObject({ code: "unauthenticated" });
    expect(await refusal(asVisitor({}, () => keepPerson({ userId: someone.id })))).toMatchObject({ code: "unauthenticated" });
    expect(await refusal(as(await person(), () => deletePerson(input)))).toMatchObject({ code: "not_found" });
    expect(await refusal(as(await person(), () => keepPerson({ userId: someone.id })))).toMatchObject({ code: "forbidden" });
    const window = await signedIn(boss);
    expect(await refusal(window.run(() => deletePerson({ ...input, address: boss.email })))).toMatchObject({
      fields: { address: expect.any(String) },
    });
    expect(await refusal(window.run(() => deletePerson({ ...input, userId: boss.id, address: boss.email })))).toMatchObject({
      code: "forbidden",
      message: expect.stringContaining("settings"),
    });
    expect(await refusal(window.run(() => keepPerson({ userId: boss.id })))).toMatchObject({ code: "forbidden" });
    expect(await refusal(window.run(() => deletePerson({ ...input, userId: randomUUID() })))).toMatchObject({ code: "not_found" });
    for (const { name, input: wrong } of hostile(input))
      expect((await window.run(() => deletePerson(wrong as never))).ok, name).toBe(false);
    await db().session.update({ where: { id: window.claims.sid }, data: { reauthenticatedAt: new Date(Date.now() - 601_000) } });
    expect(await refusal(window.run(() => deletePerson(input)))).toMatchObject({ code: "forbidden" });
    const leaving = await admin({ deleteAfter: new Date(Date.now() + DAY_MS) });
    expect(await refusal(as(leaving, () => deletePerson(input)))).toMatchObject({ code: "forbidden" });
    expect((await rowOf(someone)).deleteAfter).toBeNull();
  });

  test("two admins who delete each other at once leave one", async () => {
    const [one, two] = [await admin(), await admin()];
    await db().user.updateMany({ where: { role: "ADMIN", id: { notIn: [one.id, two.id] } }, data: { role: "MEMBER" } });
    const attempt = async (by: typeof one, of: typeof one) =>
      redirectOf((await byBoss({ userId: of.id, address: of.email, when: "now" }, by)).answer);
    const ended = await Promise.allSettled([attempt(one, two), attempt(two, one)]);
    expect(ended.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    await Promise.all([deleteAtOnce({ userId: one.id }), deleteAtOnce({ userId: two.id })]);
    expect(await db().user.count({ where: { id: { in: [one.id, two.id] }, role: "ADMIN", deletedAt: null } })).toBe(1);
  });
});

describe("when the day has come", () => {
  /** Somebody who has left a trace wherever one can be left. */
  async function inhabitant() {
    const someone = await person({
      name: WORDS.name,
      city: WORDS.city,
      bio: WORDS.bio,
      interests: ["unmistakable"],
      locale: "fr",
      image: "/unmistakable.png",
    });
    const { id, email } = someone;
    const window = await signedIn(someone, { headers: { "x-forwarded-for": IP, "user-agent": AGENT } });
    await db().session.update({ where: { id: window.claims.sid }, data: { ip: IP, userAgent: AGENT, place: WORDS.city } });
    await db().account.create({ data: { userId: id, type: "oauth", provider: "github", providerAccountId: `gh-${id}` } });
    await db().passkey.create({ data: { id: `key-${id}`, userId: id, name: WORDS.name, publicKey: Buffer.from("x") } });
    await db().totpFactor.create({ data: { userId: id, secret: `secret-${id}` } });
    await db().recoveryCode.create({ data: { userId: id, hash: randomUUID() } });
    const asked = { kind: "IMPORT" as const, createdById: randomUUID(), params: {}, expiresAt: new Date(Date.now() + 3_600_000) };
    await db().peopleJob.create({ data: { ...asked, refusals: { create: { row: 1, subject: email, reason: "address_taken" } } } });
    const helped = { ip: IP, userAgent: AGENT, place: WORDS.city, impersonatorId: id, endedAt: new Date() };
    const member = await person();
    await db().session.create({ data: { userId: member.id, method: "impersonation", expiresAt: new Date(), ...helped } });
    const metadata = { publicMetadata: { at: WORDS.city }, privateMetadata: { was: WORDS.name }, unsafeMetadata: { says: WORDS.bio } };
    const ban = { bannedAt: new Date(0), bannedUntil: new Date(1), banReason: WORDS.bio };
    await db().user.update({ where: { id }, data: { ...ban, ...metadata, externalId: `unmistakable-${id}` } });
    const fileId = await uploaded(window);
    await window.run(() => renameFile({ id: fileId, name: WORDS.file }));
    const pending = await window.run(() => requestUpload({ name: WORDS.file, sizeBytes: 4, contentType: "text/plain" }));
    // What they were invited by, at this address and at one they had before, and what says their name to somebody else.
    const days = { expiresAt: new Date(Date.now() + DAY_MS) };
    await db().invitation.create({ data: { email, hash: randomUUID(), ...days } });
    await db().invitation.create({
      data: { email: `old.${email}`, hash: randomUUID(), ...days, acceptedAt: new Date(), acceptedById: id },
    });
    await db().user.update({ where: { id }, data: { role: "ADMIN" } });
    expect(await as(someone, () => invite({ email: `guest.${id}@example.org`, role: "MEMBER" }))).toMatchObject({ ok: true });
    await db().user.update({ where: { id }, data: { role: "MEMBER" } });
    await works(someone);
    // A job that nobody has done yet holds what was typed.
    await asVisitor({}, () => forgotPassword({ email }));
    await window.run(() => requestDeletion({ address: email }));
    return { someone, window, fileId, pendingId: pending.ok ? pending.data.id : "" };
  }

  /** What they made and with whom they shared it: an organisation of theirs alone, and one that goes on without them. */
  async function works({ id: authorId, email }: { id: string; email: string }) {
    const organization = await db().organization.create({
      data: { name: WORDS.organization, members: { create: { userId: authorId, role: "OWNER" } } },
    });
    const other = await person();
    const choir = await db().organization.create({
      data: { name: "Choir", members: { create: [{ userId: authorId, role: "OWNER" }, { userId: other.id }] } },
    });
    const expiresAt = new Date(Date.now() + DAY_MS);
    const waits = { invitedById: other.id, organizationId: choir.id, expiresAt };
    await db().organizationInvitation.create({ data: { ...waits, email, hash: randomUUID() } });
    const guest = `guest.${randomUUID()}@example.org`;
    expect(
      await as({ id: authorId }, () => inviteToOrganization({ organizationId: organization.id, email: guest, role: "MEMBER" })),
    ).toMatchObject({ ok: true });
    await db().user.update({ where: { id: authorId }, data: { currentOrganizationId: choir.id } });
    const made = { authorId, organizationId: choir.id };
    const by = { ...made, prompt: WORDS.prompt, model: "test", storageProvider: "LOCAL" as const };
    const images = await db().imageGeneration.create({ data: by });
    await db().videoGeneration.create({ data: { ...by, message: WORDS.prompt } });
    const chapters = { create: { position: 0, title: WORDS.book, content: WORDS.book } };
    const book = await db().book.create({ data: { ...made, title: WORDS.book, description: WORDS.book, chapters } });
    await db().blogPost.create({ data: { ...made, title: WORDS.post, content: WORDS.post, excerpt: WORDS.post, tags: [WORDS.post] } });
    const asked = { ownerId: authorId, generator: "BUNDLED" as const, deadlineAt: expiresAt };
    await db().job.create({ data: { ...asked, kind: "IMAGE", imageGenerationId: images.id, params: { prompt: WORDS.prompt } } });
    const job = await db().job.create({ data: { ...asked, kind: "BOOK", bookId: book.id, params: { title: WORDS.book } } });
    await file({ id: authorId }, { name: WORDS.book, jobId: job.id, jobIndex: 0, organizationId: choir.id });
    return { other, choir };
  }

  async function uploaded(window: Browser): Promise<string> {
    const bytes = Buffer.from("Lesson one.\n");
    const asked = await window.run(() => requestUpload({ name: "one.txt", sizeBytes: bytes.byteLength, contentType: "text/plain" }));
    if (!asked.ok) throw new Error(asked.error.message);
    const { id, url, method, headers } = asked.data;
    await handleStorageRequest(new Request(new URL(url, "http://members.example.org"), { method, headers, body: bytes }), isStillSignedIn);
    expect(await window.run(() => confirmUpload({ id }))).toMatchObject({ ok: true });
    return id;
  }

  /** Tables and columns in which `needle` stands, in all schemas. */
  async function places(needle: string): Promise<string[]> {
    const tables = await db().$queryRaw<{ schema: string; table: string }[]>`
      SELECT table_schema AS schema, table_name AS table FROM information_schema.tables
       WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`;
    expect(tables.length).toBeGreaterThan(15);
    const found: string[] = [];
    for (const { schema, table } of tables) {
      const rows = await db().$queryRawUnsafe<{ row: Record<string, unknown> }[]>(
        `SELECT to_jsonb(t) AS row FROM "${schema}"."${table}" t WHERE to_jsonb(t)::text ILIKE '%' || $1 || '%'`,
        needle,
      );
      for (const { row } of rows)
        for (const [column, value] of Object.entries(row))
          if (JSON.stringify(value).toLowerCase().includes(needle.toLowerCase())) found.push(`${table}.${column}`);
    }
    return [...new Set(found)].sort();
  }

  /** What stays, and for how long: docs/decisions/0012-deletion.md. */
  const RETAINED = { address: ["Mail.to"], ip: ["AuditEvent.ip"], agent: ["AuditEvent.userAgent"] };

  test("nothing personal is left in any table but what is declared, nor in the store", async () => {
    const { someone, window, fileId } = await inhabitant();
    const words = [someone.email, ...Object.values(WORDS), "unmistakable.png", IP, AGENT, `gh-${someone.id}`];
    // The search finds what is there.
    for (const word of words) expect(await places(word), word).not.toEqual([]);
    expect(await places(someone.email)).toContain("_private_jobs.payload");
    const kept = await db().file.findUniqueOrThrow({ where: { id: fileId } });
    expect(await storage().head(kept.key)).not.toBeNull();

    await come(someone);
    expect(await sweepDeletions()).toBe(1);
    expect(await sweepDeletions()).toBe(0);
    for (const word of words) {
      const allowed = word === someone.email ? RETAINED.address : word === IP ? RETAINED.ip : word === AGENT ? RETAINED.agent : [];
      expect(
        (await places(word)).filter((place) => !allowed.includes(place)),
        word,
      ).toEqual([]);
    }
    expect(await window.run(currentEntry)).toBeNull();
    expect(await mailsTo(someone.email)).toMatchObject([{ template: "accountDeletion", locale: "fr" }]);
    const memberships = await db().organizationMember.findMany({ where: { organization: { name: "Choir" } }, select: { role: true } });
    expect(memberships).toEqual([{ role: "OWNER" }]);
    expect(await db().job.count({ where: { ownerId: someone.id } })).toBe(0);

    // Bytes and rows of the files go with the sweep that clears up behind every file.
    await db().file.updateMany({ where: { ownerId: someone.id }, data: { uploadExpiresAt: new Date(Date.now() - 3_600_000) } });
    await sweepFiles();
    expect([await storage().head(kept.key), await db().file.count({ where: { ownerId: someone.id } })]).toEqual([null, 0]);
    expect((await storage().list(`${someone.id}/`)).keys).toEqual([]);
    const left = await rowOf(someone);
    expect(left).toMatchObject({
      name: "",
      email: `${someone.id}@deleted.invalid`,
      city: null,
      bio: null,
      interests: [],
      deleteAfter: null,
    });
  });

  test("the address is free to register again, and belongs to somebody new", async () => {
    const { someone } = await inhabitant();
    await come(someone);
    await sweepDeletions();
    expect(await asVisitor({}, () => verifyCredentials(someone.email, PASSWORD))).toBeNull();
    await redirectOf(asVisitor({}, () => register({ email: someone.email, password: "orchid-lantern-quartz-77" })));
    await runJobs();
    const found = await db().user.findUniqueOrThrow({ where: { email: someone.email } });
    expect(found.id).not.toBe(someone.id);
    expect(await asVisitor({}, () => verifyCredentials(someone.email, "orchid-lantern-quartz-77"))).toBe(found.id);
  });

  test("a sweep that breaks off leaves all or nothing, and the next one finishes", async () => {
    const { someone } = await inhabitant();
    await come(someone);
    const before = await rowOf(someone);
    await db().$executeRawUnsafe(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END'`);
    await db().$executeRawUnsafe(
      `CREATE TRIGGER refuse BEFORE INSERT ON "AuditEvent" FOR EACH ROW WHEN (NEW."action" = 'user.redacted') EXECUTE FUNCTION refuse()`,
    );
    try {
      expect(await sweepDeletions()).toBe(0);
    } finally {
      await db().$executeRawUnsafe(`DROP FUNCTION refuse() CASCADE`);
    }
    expect(await rowOf(someone)).toEqual(before);
    expect(await db().password.count({ where: { userId: someone.id } })).toBe(1);
    expect(await sweepDeletions()).toBe(1);
  });

  test("of ten sweeps at once one does it, and somebody who changes their mind meanwhile is kept or gone, never half", async () => {
    const { someone } = await inhabitant();
    await come(someone);
    const gone = await Promise.all(Array.from({ length: 10 }, () => sweepDeletions()));
    expect(gone.reduce((sum, count) => sum + count, 0)).toBe(1);
    expect(await db().auditEvent.count({ where: { action: "user.redacted", subjectId: someone.id } })).toBe(1);
  });

  test("the admin's list shows nobody who is gone", async () => {
    const { someone } = await inhabitant();
    await come(someone);
    await sweepDeletions();
    const { rows } = await as(await admin(), async () =>
      listPeople(await enter("read", "Dashboard"), { q: someone.id.slice(0, 8), sort: "email" } as never),
    );
    expect(rows).toEqual([]);
  });
});
