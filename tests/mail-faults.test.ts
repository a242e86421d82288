import { describe, expect, test } from "vitest";
import { db } from "@/lib/db";
import { SAMPLES } from "./support/mail-samples";
import { anyAddress, arrivals, enqueue, hurry, jobsOf, mailServer, rowOf, sample, settled } from "./support/outbox";

const { smtp } = mailServer("?greetingTimeout=400&socketTimeout=800");

describe("when the mail server fails", () => {
  test("down: the change answers at once, and the mail goes out when the server is back", async () => {
    await smtp().stop();
    const to = anyAddress();
    const id = await enqueue({ ...sample("verification"), to, locale: "en" });
    await settled(id, ({ attempts }) => attempts > 0);
    const { lastError, sentAt, props } = await rowOf(id);
    expect([lastError, sentAt, props]).toEqual([expect.stringMatching(/ECONN|ESOCKET/), null, SAMPLES.verification]);
    await smtp().start();
    expect(await arrivals(smtp(), to, 1)).toHaveLength(1);
    await settled(id, (row) => row.sentAt !== null);
  });

  test("an address that is refused is refused once and for all, and its links leave the row", async () => {
    smtp().switches.to = 550;
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
    smtp().switches.content = 554;
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
    Object.assign(smtp().switches, fault);
    const to = anyAddress();
    const id = await enqueue({ ...sample("verification"), to, locale: "en" });
    await settled(id, ({ attempts }) => attempts === 1);
    const [job] = await jobsOf(id);
    expect((job?.run_at.getTime() ?? 0) - Date.now()).toBeGreaterThan(2_000);
    await hurry();
    await settled(id, ({ attempts }) => attempts === 2);
    smtp().reset();
    expect(await arrivals(smtp(), to, 1)).toHaveLength(1);
    await settled(id, ({ sentAt }) => sentAt !== null);
    expect(await rowOf(id)).toMatchObject({ attempts: 3, lastError: null });
  });

  test("cut off between the content and the yes: the second copy is known by its Message-ID", async () => {
    smtp().switches.drop = true;
    const to = anyAddress();
    const id = await enqueue({ ...sample("verification"), to, locale: "en" });
    await settled(id, ({ attempts }) => attempts === 1);
    smtp().switches.drop = false;
    const copies = await arrivals(smtp(), to, 2);
    expect(copies.map(({ messageId }) => messageId)).toEqual([`<${id}@members.example.org>`, `<${id}@members.example.org>`]);
    expect(new Set(copies.map(({ date }) => date)).size).toBe(1);
    await settled(id, ({ sentAt }) => sentAt !== null);
    await expect.poll(() => jobsOf(id)).toEqual([]);
  });

  test("after a day it is given up, and nothing secret is left", async () => {
    smtp().switches.to = 451;
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
    await arrivals(smtp(), to, 1);
    await settled(id, ({ lastError }) => lastError !== null);
    expect(await rowOf(id)).toMatchObject({ sentAt: null, props: {} });
  });
});
