import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { currentVisitor } from "@/access/entry";
import { framed, listMailbox, readMailbox } from "@/features/mail/mailbox";
import { sendMail } from "@/features/mail/tasks";
import { locales } from "@/i18n/locale";
import { db } from "@/lib/db";
import type { MailContent } from "@/lib/mail-props";
import { enqueueMail } from "@/lib/outbox";
import { siteLink } from "@/lib/site-link";
import { SAMPLES, SITE } from "./support/mail-samples";
import { asVisitor } from "./support/request";

const HERE = { "x-forwarded-for": "127.0.0.1", "x-forwarded-host": "localhost:3000" };
const list = (headers: Record<string, string>) => asVisitor({ headers }, async () => listMailbox(await currentVisitor()));
const read = (headers: Record<string, string>, id: unknown) => asVisitor({ headers }, async () => readMailbox(await currentVisitor(), id));

let ids: string[] = [];

beforeAll(async () => {
  Object.assign(process.env, { FOYER_ZERO_CONFIG: "1", AUTH_URL: SITE });
  ids = [];
  for (const [template, props] of Object.entries(SAMPLES)) {
    const mail = { template, props } as MailContent;
    ids.push(await db().$transaction((tx) => enqueueMail(tx, { ...mail, to: "ada@example.org", locale: "en" })));
  }
});
afterAll(() => {
  delete process.env.FOYER_ZERO_CONFIG;
});

describe("/dev/mailbox", () => {
  test("lists what would be sent, newest first, and keeps it", async () => {
    for (const mailId of ids) await sendMail({ mailId });
    const mails = await list(HERE);
    expect(mails?.map(({ id }) => id)).toEqual([...ids].reverse());
    expect(mails?.at(0)).toMatchObject({ to: "ada@example.org", subject: "Your link to sign in" });
    const mail = await read(HERE, ids[3]);
    expect(mail?.rendered?.text).toContain(SAMPLES.reset.url);
  });

  test.each([
    ["somebody else's machine", { ...HERE, "x-forwarded-for": "203.0.113.7" }],
    ["the local network", { ...HERE, "x-forwarded-for": "192.168.1.20" }],
    ["a name that was made to lead here", { ...HERE, "x-forwarded-host": "evil.example:3000" }],
    ["a name that only begins like this machine's", { ...HERE, "x-forwarded-host": "localhost.evil.example" }],
    ["nowhere known", { ...HERE, "x-forwarded-for": "" }],
  ])("is closed to %s", async (_, headers) => {
    expect(await list(headers)).toBeNull();
    expect(await read(headers, ids[0])).toBeNull();
  });

  test.each([["127.0.0.1"], ["127.8.8.8"], ["::1"]])("is open to %s", async (ip) => {
    expect(await list({ ...HERE, "x-forwarded-for": ip })).not.toBeNull();
  });

  test("is closed where anything is configured", async () => {
    process.env.FOYER_ZERO_CONFIG = "";
    expect([await list(HERE), await read(HERE, ids[0])]).toEqual([null, null]);
    process.env.FOYER_ZERO_CONFIG = "1";
  });

  test("an id that is none shows nothing", async () => {
    for (const id of ["x", "", ["a", "b"], "00000000-0000-7000-8000-000000000000"]) expect(await read(HERE, id)).toBeNull();
  });

  test("a mail that went out earlier says so instead of failing", async () => {
    const { id } = await db().mail.create({
      data: { to: "ada@example.org", template: "reset", locale: "en", props: {}, sentAt: new Date() },
    });
    expect(await read(HERE, id)).toMatchObject({ rendered: null });
  });
});

test("a site that sends no mail and shows none keeps no links either", async () => {
  process.env.FOYER_ZERO_CONFIG = "";
  const id = await db().$transaction((tx) =>
    enqueueMail(tx, { template: "reset", props: { url: siteLink("/x"), minutes: 30 }, to: "ada@example.org", locale: "en" }),
  );
  await sendMail({ mailId: id });
  process.env.FOYER_ZERO_CONFIG = "1";
  expect(await db().mail.findUniqueOrThrow({ where: { id } })).toMatchObject({ props: {}, sentAt: null, lastError: "SMTP_URL is not set" });
});

test.each(locales)("the frame asks the page's policy for nothing, in %s", async (locale) => {
  const { renderMail } = await import("@/features/mail/render");
  for (const [template, props] of Object.entries(SAMPLES)) {
    const html = framed((await renderMail({ template, props } as MailContent, locale)).html, "bm9uY2U=");
    expect(html.replace(/<!--.*?-->/gs, "")).not.toMatch(/ style=|cid:|<style>/);
    expect(html.match(/<style nonce="bm9uY2U=">/g)?.length).toBe(2);
    expect(html).toContain('[data-rule="0"]{');
    for (const [, quoted] of html.matchAll(/data-rule="\d+"\]\{([^}]*)\}/g)) expect(quoted).not.toContain("&");
  }
});
