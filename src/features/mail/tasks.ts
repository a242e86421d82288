import "server-only";
import { setTimeout as sleep } from "node:timers/promises";
import { isLocale } from "@/i18n/locale";
import { db } from "@/lib/db";
import { env, isZeroConfig } from "@/lib/env";
import { log } from "@/lib/log";
import { readMailContent } from "@/lib/mail-props";
import { mailKey } from "@/lib/outbox";
import { addJob, type Tasks } from "@/lib/queue";
import type { Outcome } from "./deliver";

const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 900_000;
const GIVE_UP_AFTER_MS = 86_400_000;
/** How long a database that went away meanwhile is waited for: what was sent and not noted goes out again. */
const NOTE_TRIES_MS = [200, 1_000, 3_000, 10_000, 20_000];

interface Row {
  id: string;
  to: string;
  template: string;
  locale: string;
  props: unknown;
  createdAt: Date;
  attempts: number;
}

/**
 * `mail.send`: renders one mail of the outbox and hands it to the mail server. What the server refuses for good is not tried
 * again; anything else is, after 5 s, 10 s, 20 s and so on up to every quarter of an hour, for a day. Links and names leave
 * the row as soon as it is settled.
 */
export async function sendMail({ mailId }: Tasks["mail.send"]): Promise<void> {
  const select = { id: true, to: true, template: true, locale: true, props: true, createdAt: true, attempts: true, sentAt: true };
  const mail = await db().mail.findUnique({ where: { id: mailId }, select });
  // Gone with its person, or settled by a worker that died before it could say so.
  if (!mail || mail.sentAt || isEmpty(mail.props)) return;
  if (!env().SMTP_URL) {
    // At /dev/mailbox it stays as it is; elsewhere nobody could ever read it, and its links are secrets.
    if (!isZeroConfig()) await settle(mail, { result: "refused", reason: "SMTP_URL is not set" });
    return;
  }
  const outcome = await attempt(mail);
  await noted(() => settle(mail, outcome));
}

/** What `settle` leaves: there is no mail without props. */
function isEmpty(props: unknown): boolean {
  return typeof props !== "object" || props === null || Object.keys(props).length === 0;
}

async function attempt(mail: Row): Promise<Outcome> {
  // Loaded with the first mail: React's renderer and the mail components take half a second and 50 MB.
  const [{ renderMail }, { deliver }] = await Promise.all([import("./render"), import("./deliver")]);
  const rendered = await render(mail, renderMail);
  return "result" in rendered ? rendered : deliver(mail, rendered);
}

async function render({ template, props, locale }: Row, renderMail: typeof import("./render").renderMail) {
  try {
    return await renderMail(readMailContent(template, props), isLocale(locale) ? locale : "en");
  } catch (error) {
    // A bug, or a row of another release: no later try makes it better.
    log().error({ err: error, template }, "mail cannot be written");
    return { result: "refused", reason: "the mail could not be written" } as const;
  }
}

/** Writes down how it went and, where that makes sense, when it is tried again: both or neither. */
async function settle({ id, createdAt, attempts, template, props }: Row, outcome: Outcome): Promise<void> {
  const tries = attempts + 1;
  const isOver = outcome.result === "refused" || Date.now() - createdAt.getTime() > GIVE_UP_AFTER_MS;
  if ((isOver || outcome.result === "sent") && isGoodbye(template, props)) {
    // Nothing is kept of whoever has just been deleted, not even that they were told.
    await db().mail.deleteMany({ where: { id } });
    return;
  }
  if (outcome.result === "sent") {
    await db().mail.updateMany({ where: { id }, data: { sentAt: new Date(), attempts: tries, lastError: null, props: {} } });
    return;
  }
  log().warn({ mailId: id, template, attempt: tries, reason: outcome.reason, again: !isOver }, "mail not sent");
  await db().$transaction(async (tx) => {
    await tx.mail.updateMany({ where: { id }, data: { attempts: tries, lastError: outcome.reason, ...(isOver && { props: {} }) } });
    if (!isOver) await addJob(tx, "mail.send", { mailId: id }, { key: mailKey(id), runAt: new Date(Date.now() + pauseAfter(tries)) });
  });
}

/** The last mail to somebody whose account is gone: the one about a deletion that leaves nothing to undo. */
function isGoodbye(template: string, props: unknown): boolean {
  return template === "accountDeletion" && typeof props === "object" && props !== null && !("undoUrl" in props);
}

/** Doubles with each try; a little by chance, so that a thousand mails do not come back in the same second. */
function pauseAfter(tries: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1)) * (0.9 + Math.random() * 0.2);
}

async function noted(work: () => Promise<void>): Promise<void> {
  for (const pause of NOTE_TRIES_MS) {
    try {
      return await work();
    } catch (error) {
      log().warn({ err: error }, "mail: the outbox does not answer");
      await sleep(pause);
    }
  }
  await work();
}
