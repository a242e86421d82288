import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { enter } from "@/access/door";
import { GET } from "@/app/api/people-jobs/[id]/report/route";
import { removeObjects } from "@/features/files/removed-objects";
import { changeRole } from "@/features/people/actions";
import { checkImport, requestImport, startImport } from "@/features/people-jobs/actions";
import { PEOPLE_COLUMNS } from "@/features/people-jobs/format";
import { ImportDifferences } from "@/features/people-jobs/import-differences";
import { importStep } from "@/features/people-jobs/import-step";
import { sweepImportUploads } from "@/features/people-jobs/import-uploads";
import { getPeopleJob, listRefusals } from "@/features/people-jobs/queries";
import { doPeopleJob } from "@/features/people-jobs/runner";
import en from "@/i18n/messages/en.json";
import { db } from "@/lib/db";
import { handleStorageRequest, storage } from "@/storage";
import { ada, bring, clerkFile, HASH, lines, named } from "./support/imports";
import { admin, person } from "./support/people";
import { type Browser, browser, redirectOf, signedIn } from "./support/request";

describe("an import from the page", () => {
  const job = (attempt = 1) => ({ id: randomUUID(), attempt, signal: new AbortController().signal });
  const work = (jobId: string) => doPeopleJob({ IMPORT: importStep })({ jobId }, job());
  /** The job as its page shows it. */
  const seen = (window: Browser, id: string) =>
    window.run(async () => {
      const entry = await enter();
      const known = await getPeopleJob(entry, id);
      return { ...known?.job, ...known?.found, ...(await listRefusals(entry, id)) };
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
    const known = await person({ externalId: randomUUID() });
    const email = `${randomUUID()}@example.org`;
    const rows = [
      { id: known.id, email: known.email, role: "ADMIN" },
      { email, emailVerified: new Date(), role: "ADMIN" },
    ];
    const begun = async () => {
      const asked = await window.run(() => requestImport({ sizeBytes: Buffer.byteLength(lines(rows)) }));
      if (!asked.ok) throw new Error(asked.error.message);
      const { url, method, headers, ticket } = asked.data;
      await handleStorageRequest(new Request(new URL(url, "http://members.example.org"), { method, headers, body: lines(rows) }));
      const checked = await window.run(() => checkImport({ ticket, from: "foyer", roles: true }));
      if (!checked.ok) throw new Error(checked.error.message);
      await work(checked.data.id);
      return (await redirectOf(window.run(() => startImport({ id: checked.data.id })))).replace("/admin/jobs/", "");
    };
    const made = () => db().user.count({ where: { role: "ADMIN", email: { in: rows.map(({ email }) => email) } } });
    // Who is on their way out is an admin no longer, for this.
    const late = await begun();
    await db().user.update({ where: { id: boss.id }, data: { deleteAfter: new Date(Date.now() + 86_400_000) } });
    await work(late).catch(() => undefined);
    expect(await made()).toBe(0);
    await db().user.update({ where: { id: boss.id }, data: { deleteAfter: null } });
    const started = await begun();
    expect(await signedIn(other).then((theirs) => theirs.run(() => changeRole({ userId: boss.id, role: "MEMBER" })))).toMatchObject({
      ok: true,
    });
    await work(started).catch(() => undefined);
    expect(await made()).toBe(0);
    await db().user.update({ where: { id: boss.id }, data: { role: "ADMIN" } });
    expect(await bring("foyer", lines(rows), { roles: true })).toMatchObject({ created: 1, changed: 1 });
    const told = await db().auditEvent.findMany({ where: { action: "user.role_changed", subjectId: known.id } });
    expect(told).toMatchObject([{ before: { role: "MEMBER" }, after: { role: "ADMIN", job: expect.any(String) } }]);
    const second = await db().user.findUniqueOrThrow({ where: { email } });
    expect(await db().auditEvent.findFirst({ where: { action: "user.imported", subjectId: second.id } })).toMatchObject({
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
    for (const act of [
      () => requestImport({ sizeBytes: 4 }),
      () => checkImport({ ticket, from: "clerk", roles: false }),
      () => startImport({ id: randomUUID() }),
    ])
      expect(await stale.run<{ ok: boolean }>(act)).toMatchObject({ ok: false, error: { code: "forbidden" } });
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

test("what would change is said in the reader's words, with each column's own name and days as the language writes them", async () => {
  const differences = [
    { field: "emailVerified", before: null, after: "2026-03-04T05:06:00.000Z" },
    { field: "name", before: "Ada", after: "Ada Okafor" },
  ];
  const window = browser({ headers: { "accept-language": "fr" } });
  const shown = [{ row: 1, subject: "ada@example.org", kind: "changed" as const, differences }];
  const html = await window.run(async () => renderToStaticMarkup(await ImportDifferences({ shown })));
  for (const said of ["Adresse confirmée", "<code", ">emailVerified<", "4 mars 2026", "Nom", ">name<"]) expect(html).toContain(said);
  expect(html).not.toContain("2026-03-04");
  const worded = Object.keys(en.imports.columns);
  // A hash is never shown: that there is one is said as "password".
  expect(PEOPLE_COLUMNS.filter((column) => !worded.includes(column))).toEqual(["passwordHash"]);
});
