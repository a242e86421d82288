import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sendMail } from "@/features/mail/tasks";
import { locales } from "@/i18n/locale";
import { db } from "@/lib/db";
import type { MailContent, MailTemplate } from "@/lib/mail-props";
import { enqueueMail, type OutgoingMail } from "@/lib/outbox";
import { startWorker } from "@/lib/queue";
import { siteLink } from "@/lib/site-link";
import { SAMPLES, SITE } from "./support/mail-samples";
import { type Received, type Smtp, startSmtp } from "./support/smtp";

let smtp: Smtp;
let worker: ReturnType<typeof startWorker>;
let count = 0;

beforeAll(async () => {
  smtp = await startSmtp();
  // Short waits, as SMTP_URL may ask for them.
  Object.assign(process.env, {
    SMTP_URL: `${smtp.url}?greetingTimeout=400&socketTimeout=800`,
    AUTH_URL: `${SITE}/a/path`,
    EMAIL_FROM: "Foyer <foyer@example.org>",
  });
  worker = startWorker({ "mail.send": sendMail });
});
beforeEach(() => smtp.reset());
afterAll(async () => {
  await worker.stop();
  await smtp.stop();
});

const anyAddress = () => `somebody.${count++}@example.org`;
const sample = (template: MailTemplate) => ({ template, props: SAMPLES[template] }) as MailContent;
const enqueue = (mail: OutgoingMail) => db().$transaction((tx) => enqueueMail(tx, mail));
const rowOf = (id: string) => db().mail.findUniqueOrThrow({ where: { id } });
const jobsOf = (id: string) => db().$queryRaw<{ run_at: Date }[]>`SELECT run_at FROM graphile_worker.jobs WHERE key = ${`mail:${id}`}`;

/** Waits for as many mails to this address, however often their job has to be made due again. */
async function arrivals(address: string, wanted: number): Promise<Received[]> {
  await expect
    .poll(
      async () => {
        await hurry();
        return smtp.to(address).length;
      },
      { timeout: 12_000, interval: 150 },
    )
    .toBe(wanted);
  return smtp.to(address);
}

/** Waits until the row says so. */
const settled = (id: string, is: (row: Awaited<ReturnType<typeof rowOf>>) => boolean) =>
  expect.poll(async () => is(await rowOf(id)), { timeout: 12_000, interval: 100 }).toBe(true);

/** Makes every waiting job due: nobody wants to wait for the pauses between tries. */
async function hurry(): Promise<void> {
  await db()
    .$executeRaw`SELECT graphile_worker.reschedule_jobs(array_agg(id), run_at := now()) FROM graphile_worker.jobs WHERE locked_at IS NULL AND run_at > now() HAVING count(*) > 0`;
  await db().$executeRaw`SELECT pg_notify('jobs:insert', '{"count":2}')`;
}

const header = (mail: Received, key: string) => mail.headers.filter((one) => one.key === key).map(({ value }) => value);
const links = (text: string) => text.match(/https?:\/\/[^\s"'<>)]+/g) ?? [];

describe("what arrives", () => {
  test.each(locales.flatMap((locale) => Object.keys(SAMPLES).map((template) => [template as MailTemplate, locale] as const)))(
    "%s in %s is whole",
    async (template, locale) => {
      const to = anyAddress();
      const id = await enqueue({ ...sample(template), to, locale });
      const [mail] = await arrivals(to, 1);
      if (!mail) throw new Error("unreachable: one arrived");
      const { subject = "", html = "", text = "" } = mail;
      expect(mail.from).toEqual({ name: "Foyer", address: "foyer@example.org" });
      expect(mail.to).toEqual([{ name: "", address: to }]);
      expect(mail.messageId).toBe(`<${id}@members.example.org>`);
      expect(header(mail, "auto-submitted")).toEqual(["auto-generated"]);
      expect(header(mail, "list-id")).toEqual([expect.stringContaining("<account.members.example.org>")]);
      expect(subject).toMatch(/^\S.{8,70}$/);
      for (const part of [subject, html.replace(/<style>.*?<\/style>/gs, ""), text])
        expect(part).not.toMatch(/undefined|null|NaN|\[object|[{}]|mail\.\w+|Invalid Date/);
      expect(html).toContain(`<html dir="ltr" lang="${locale}">`);
      expect(text).toContain(subject);
      for (const link of links(text)) expect(new URL(link).origin).toBe(SITE);
      for (const [, link = ""] of html.matchAll(/href="([^"]*)"/g)) expect(new URL(link.replaceAll("&amp;", "&")).origin).toBe(SITE);
      for (const [, image] of html.matchAll(/src="([^"]*)"/g)) expect(image).toBe("cid:mark.foyer");
      expect(html).not.toMatch(/<script|<link|@import|url\(/i);
      for (const value of Object.values(SAMPLES[template])) {
        if (typeof value !== "string" || value.startsWith("2026-")) continue;
        expect(text).toContain(value);
        expect(html).toContain(value);
      }
      expect(mail.attachments).toMatchObject([{ contentId: "<mark.foyer>", mimeType: "image/png", disposition: "inline" }]);
      if (locale === "fr") expect(text.replace(/https?:\/\/\S+|\d\d:\d\d/g, "")).not.toMatch(/[^\u00a0\u202f\d][:;?]/);
    },
  );

  test("both languages say something else, and a moment is said with its zone", async () => {
    const [en, fr] = [anyAddress(), anyAddress()];
    await enqueue({ ...sample("newDevice"), to: en, locale: "en" });
    await enqueue({ ...sample("newDevice"), to: fr, locale: "fr" });
    expect((await arrivals(en, 1))[0]?.text).toContain("20 November 2026 at 21:42 UTC");
    expect((await arrivals(fr, 1))[0]?.text).toContain("20 novembre 2026 à 21:42 UTC");
  });

  const HOSTILE = [
    "Eve\r\nBcc: victim@example.org",
    "Eve\n\n<h1>Win</h1>",
    "<script>alert(1)</script>",
    "http://evil.example/win",
    "You won at evil.example",
    "www.evil.example",
    "\u202egro.elpmaxe",
    "Eve\0\u0007",
    "Eve\ud800",
    "“Eve” <eve@evil.example>",
    `${"Eve ".repeat(120)}`,
    "{site}",
    "{{7*7}}",
    "=?utf-8?q?Bcc:_x?=",
  ];

  test.each(HOSTILE)("a name such as %j writes no header, no markup and no link", async (name) => {
    const to = anyAddress();
    await enqueue({ template: "invitation", props: { url: siteLink("/register"), by: name, days: 7 }, to, locale: "en" });
    await enqueue({ template: "welcome", props: { name }, to, locale: "fr" });
    for (const mail of await arrivals(to, 2)) {
      expect(mail.envelope).toEqual({ from: "foyer@example.org", to: [to] });
      expect(header(mail, "to")).toEqual([to]);
      expect([...header(mail, "bcc"), ...header(mail, "cc")]).toEqual([]);
      expect(mail.html).not.toMatch(/<script|<h1>Win/i);
      expect(`${mail.subject} ${mail.text}`).not.toMatch(/evil|\u202e|(?!\n)\p{Cc}|\p{Cs}|[{}]/u);
      for (const link of links(mail.text ?? "")) expect(new URL(link).origin).toBe(SITE);
    }
  });

  test("an ordinary name is said, accents, dots and apostrophes included", async () => {
    const to = anyAddress();
    for (const name of ["J. R. O’Neill", "Ìfẹ́ Adébáyọ̀", "李 小龍", "Anne-Marie d’Aubigné"])
      await enqueue({ template: "welcome", props: { name }, to, locale: "en" });
    const greetings = (await arrivals(to, 4)).map(({ text }) => /Hello (.*),/.exec(text ?? "")?.[1]);
    expect(greetings.sort()).toEqual(["J. R. O’Neill", "Ìfẹ́ Adébáyọ̀", "李 小龍", "Anne-Marie d’Aubigné"].sort());
  });
});

describe("the outbox", () => {
  test("a mail of a change that was rolled back is never sent", async () => {
    const [lost, kept] = [anyAddress(), anyAddress()];
    const change = db().$transaction(async (tx) => {
      await enqueueMail(tx, { ...sample("reset"), to: lost, locale: "en" });
      throw new Error("no after all");
    });
    await expect(change).rejects.toThrow("no after all");
    await enqueue({ ...sample("reset"), to: kept, locale: "en" });
    await arrivals(kept, 1);
    expect(smtp.to(lost)).toEqual([]);
    expect(await db().mail.count({ where: { to: lost } })).toBe(0);
  });

  test("links lead to AUTH_URL and nowhere else, whatever the caller or a path says", async () => {
    expect(siteLink("/reset-password?token=x")).toBe(`${SITE}/reset-password?token=x`);
    for (const path of ["//evil.example/x", "/\\evil.example/x"] as const) expect(() => siteLink(path)).toThrow();
    for (const url of [
      "https://evil.example/x",
      "http://members.example.org/x",
      `${SITE}.evil.example/`,
      "https://members.example.org@evil.example/",
    ]) {
      await expect(enqueue({ template: "reset", props: { url, minutes: 30 }, to: anyAddress(), locale: "en" })).rejects.toThrow(/siteLink/);
    }
    await expect(
      enqueue({ template: "reset", props: { url: "javascript:alert(1)", minutes: 30 }, to: anyAddress(), locale: "en" }),
    ).rejects.toThrow();
  });

  test("neither a wrong address nor wrong props get in", async () => {
    for (const to of ["", "nobody", "a@example.org\r\nRCPT TO:<b@example.org>", "a@example.org, b@example.org", "Ada <a@example.org>"]) {
      await expect(enqueue({ ...sample("reset"), to, locale: "en" }), to).rejects.toThrow();
    }
    for (const props of [{}, { name: 7 }, { name: "Ada", admin: true }, { name: "x".repeat(501) }]) {
      await expect(enqueue({ template: "welcome", props, to: anyAddress(), locale: "en" } as unknown as OutgoingMail)).rejects.toThrow();
    }
  });

  test("once a mail is sent, its row says to whom and when, and no longer what", async () => {
    const to = anyAddress();
    const id = await enqueue({ ...sample("reset"), to, locale: "en" });
    await settled(id, ({ sentAt }) => sentAt !== null);
    expect(await rowOf(id)).toMatchObject({ to, template: "reset", props: {}, attempts: 1, lastError: null });
    expect(await jobsOf(id)).toEqual([]);
  });

  test("forty mails and two workers: each arrives once", async () => {
    const second = startWorker({ "mail.send": sendMail });
    const addresses = Array.from({ length: 40 }, anyAddress);
    await Promise.all(addresses.map((to) => enqueue({ ...sample("magicLink"), to, locale: "en" })));
    await expect.poll(() => smtp.received.length, { timeout: 12_000 }).toBe(40);
    await second.stop();
    expect(smtp.received.flatMap(({ envelope }) => envelope.to).sort()).toEqual(addresses.sort());
  });
});

describe("when the mail server fails", () => {
  test("down: the change answers at once, and the mail goes out when the server is back", async () => {
    await smtp.stop();
    const to = anyAddress();
    const began = Date.now();
    const id = await enqueue({ ...sample("verification"), to, locale: "en" });
    expect(Date.now() - began).toBeLessThan(500);
    await settled(id, ({ attempts }) => attempts > 0);
    const { lastError, sentAt, props } = await rowOf(id);
    expect([lastError, sentAt, props]).toEqual([expect.stringMatching(/ECONN|ESOCKET/), null, SAMPLES.verification]);
    await smtp.start();
    expect(await arrivals(to, 1)).toHaveLength(1);
    await settled(id, (row) => row.sentAt !== null);
  });

  test("an address that is refused is refused once and for all, and its links leave the row", async () => {
    smtp.switches.to = 550;
    const id = await enqueue({ ...sample("reset"), to: anyAddress(), locale: "en" });
    await settled(id, ({ lastError }) => lastError !== null);
    await expect.poll(() => jobsOf(id)).toEqual([]);
    const row = await rowOf(id);
    expect(row).toMatchObject({ sentAt: null, attempts: 1, props: {} });
    expect(row.lastError).toMatch(/550/);
    // What a server says may name people: the address stands in the row already, where deletion finds it.
    expect(row.lastError).not.toContain("@");
  });

  test("content that is refused is not offered again", async () => {
    smtp.switches.content = 554;
    const id = await enqueue({ ...sample("reset"), to: anyAddress(), locale: "en" });
    await settled(id, ({ lastError }) => lastError !== null);
    expect(await rowOf(id)).toMatchObject({ sentAt: null, attempts: 1, props: {} });
  });

  test.each([
    ["greylisting", { to: 451 }],
    ["a full store", { content: 452 }],
    ["a sender it does not know yet", { from: 550 }],
    ["a greeting that says no", { connect: 554 }],
    ["silence", { silent: true }],
  ])("%s is waited out, and the mail arrives once", async (_, fault) => {
    Object.assign(smtp.switches, fault);
    const to = anyAddress();
    const id = await enqueue({ ...sample("verification"), to, locale: "en" });
    await settled(id, ({ attempts }) => attempts === 1);
    const [job] = await jobsOf(id);
    expect((job?.run_at.getTime() ?? 0) - Date.now()).toBeGreaterThan(2_000);
    await hurry();
    await settled(id, ({ attempts }) => attempts === 2);
    smtp.reset();
    expect(await arrivals(to, 1)).toHaveLength(1);
    await settled(id, ({ sentAt }) => sentAt !== null);
    expect(await rowOf(id)).toMatchObject({ attempts: 3, lastError: null });
  });

  test("cut off between the content and the yes: the second copy is known by its Message-ID", async () => {
    smtp.switches.drop = true;
    const to = anyAddress();
    const id = await enqueue({ ...sample("verification"), to, locale: "en" });
    await settled(id, ({ attempts }) => attempts === 1);
    smtp.switches.drop = false;
    const copies = await arrivals(to, 2);
    expect(copies.map(({ messageId }) => messageId)).toEqual([`<${id}@members.example.org>`, `<${id}@members.example.org>`]);
    expect(new Set(copies.map(({ date }) => date)).size).toBe(1);
    await settled(id, ({ sentAt }) => sentAt !== null);
    expect(await jobsOf(id)).toEqual([]);
  });

  test("after a day it is given up, and nothing secret is left", async () => {
    smtp.switches.to = 451;
    const id = await enqueue({ ...sample("reset"), to: anyAddress(), locale: "en" });
    await settled(id, ({ attempts }) => attempts === 1);
    await db().mail.update({ where: { id }, data: { createdAt: new Date(Date.now() - 86_400_001) } });
    await hurry();
    await settled(id, ({ attempts }) => attempts === 2);
    await expect.poll(() => jobsOf(id)).toEqual([]);
    expect(await rowOf(id)).toMatchObject({ sentAt: null, props: {} });
  });

  test("a row nobody can read stops nobody else's mail", async () => {
    const { id } = await db().mail.create({ data: { to: anyAddress(), template: "newsletter", locale: "en", props: { x: 1 } } });
    await db().$executeRaw`SELECT graphile_worker.add_job('mail.send', json_build_object('mailId', ${id}::text))`;
    const to = anyAddress();
    await enqueue({ ...sample("reset"), to, locale: "xx" as "en" });
    await arrivals(to, 1);
    await settled(id, ({ lastError }) => lastError !== null);
    expect(await rowOf(id)).toMatchObject({ sentAt: null, props: {} });
  });
});
