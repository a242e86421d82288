import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { sendMail } from "@/features/mail/tasks";
import { db } from "@/lib/db";
import type { MailContent, MailTemplate } from "@/lib/mail-props";
import { enqueueMail, type OutgoingMail } from "@/lib/outbox";
import { startWorker } from "@/lib/queue";
import { SAMPLES, SITE } from "./mail-samples";
import { type Received, type Smtp, startSmtp } from "./smtp";

let count = 0;

/** For a whole file: a mail server, and a worker that talks to it, as patiently as `options` of its address say. */
export function mailServer(options = ""): { smtp: () => Smtp } {
  let smtp: Smtp;
  let worker: ReturnType<typeof startWorker>;
  beforeAll(async () => {
    smtp = await startSmtp();
    Object.assign(process.env, {
      SMTP_URL: `${smtp.url}${options}`,
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
  return { smtp: () => smtp };
}

export const anyAddress = () => `somebody.${count++}@example.org`;
export const sample = (template: MailTemplate) => ({ template, props: SAMPLES[template] }) as MailContent;
export const enqueue = (mail: OutgoingMail) => db().$transaction((tx) => enqueueMail(tx, mail));
export const rowOf = (id: string) => db().mail.findUniqueOrThrow({ where: { id } });
export const jobsOf = (id: string) =>
  db().$queryRaw<{ run_at: Date }[]>`SELECT run_at FROM graphile_worker.jobs WHERE key = ${`mail:${id}`}`;

/** Waits for as many mails to this address, however often their job has to be made due again. */
export async function arrivals(smtp: Smtp, address: string, wanted: number): Promise<Received[]> {
  const arrived = async () => {
    await hurry();
    return smtp.to(address).length;
  };
  await expect.poll(arrived, { timeout: 30_000, interval: 150 }).toBe(wanted);
  return smtp.to(address);
}

/** Waits until the row says so. */
export const settled = (id: string, is: (row: Awaited<ReturnType<typeof rowOf>>) => boolean) =>
  expect.poll(async () => is(await rowOf(id)), { timeout: 30_000, interval: 100 }).toBe(true);

/** Makes every waiting job due: nobody wants to wait for the pauses between tries. */
export async function hurry(): Promise<void> {
  await db().$executeRaw`SELECT graphile_worker.reschedule_jobs(array_agg(id), run_at := now())
    FROM graphile_worker.jobs WHERE locked_at IS NULL AND run_at > now() HAVING count(*) > 0`;
  await db().$executeRaw`SELECT pg_notify('jobs:insert', '{"count":2}')`;
}
