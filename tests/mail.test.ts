import { describe, expect, test } from "vitest";
import { renderMail } from "@/features/mail/render";
import { sendMail } from "@/features/mail/tasks";
import { locales } from "@/i18n/locale";
import { db } from "@/lib/db";
import { type MailTemplate, readMailContent } from "@/lib/mail-props";
import { enqueueMail, type OutgoingMail } from "@/lib/outbox";
import { startWorker } from "@/lib/queue";
import { siteLink } from "@/lib/site-link";
import { SAMPLES, SITE } from "./support/mail-samples";
import { anyAddress, arrivals, enqueue, jobsOf, mailServer, rowOf, sample, settled } from "./support/outbox";
import type { Received } from "./support/smtp";

const { smtp } = mailServer();

const header = (mail: Received, key: string) => mail.headers.filter((one) => one.key === key).map(({ value }) => value);
const links = (text: string) => text.match(/https?:\/\/[^\s"'<>)]+/g) ?? [];

describe("what arrives", () => {
  test.each(locales.flatMap((locale) => Object.keys(SAMPLES).map((template) => [template as MailTemplate, locale] as const)))(
    "%s in %s is whole",
    async (template, locale) => {
      const to = anyAddress();
      const id = await enqueue({ ...sample(template), to, locale });
      const [mail] = await arrivals(smtp(), to, 1);
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
      for (const [name, value] of Object.entries(SAMPLES[template])) {
        // Moments and kinds are said in words, an id in none.
        if (typeof value !== "string" || name === "when" || name === "byId" || name === "until" || name === "what") continue;
        expect(text).toContain(value);
        expect(html).toContain(value);
      }
      expect(mail.attachments).toMatchObject([{ contentId: "<mark.foyer>", mimeType: "image/png", disposition: "inline" }]);
      if (locale === "fr") expect(text.replace(/https?:\/\/\S+|\d\d:\d\d/g, "")).not.toMatch(/[^\u00a0\u202f\d][:;?]/);
    },
  );

  test.each([
    ["en", /24\shours/, /7\sdays/],
    ["fr", /24\sheures/, /7\sjours/],
  ] as const)("a length of time is the one the pages name, in %s", async (locale, day, week) => {
    const verification = readMailContent("verification", { ...SAMPLES.verification, minutes: 1_440 });
    const invitation = readMailContent("invitation", { ...SAMPLES.invitation, days: 7 });
    expect((await renderMail(verification, locale)).text).toMatch(day);
    expect((await renderMail(invitation, locale)).text).toMatch(week);
  });

  test("both languages say something else, and a moment is said with its zone", async () => {
    const [en, fr] = [anyAddress(), anyAddress()];
    await enqueue({ ...sample("newDevice"), to: en, locale: "en" });
    await enqueue({ ...sample("newDevice"), to: fr, locale: "fr" });
    expect((await arrivals(smtp(), en, 1))[0]?.text).toContain("20 November 2026 at 21:42 UTC");
    expect((await arrivals(smtp(), fr, 1))[0]?.text).toContain("20 novembre 2026 à 21:42 UTC");
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
    for (const mail of await arrivals(smtp(), to, 2)) {
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
    const greetings = (await arrivals(smtp(), to, 4)).map(({ text }) => /Hello (.*),/.exec(text ?? "")?.[1]);
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
    await arrivals(smtp(), kept, 1);
    expect(smtp().to(lost)).toEqual([]);
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
    await expect.poll(() => jobsOf(id)).toEqual([]);
  });

  test("forty mails and two workers: each arrives once", async () => {
    const second = startWorker({ "mail.send": sendMail });
    const addresses = Array.from({ length: 40 }, anyAddress);
    await Promise.all(addresses.map((to) => enqueue({ ...sample("magicLink"), to, locale: "en" })));
    await expect.poll(() => smtp().received.length, { timeout: 30_000 }).toBe(40);
    await second.stop();
    expect(
      smtp()
        .received.flatMap(({ envelope }) => envelope.to)
        .sort(),
    ).toEqual(addresses.sort());
  });
});
