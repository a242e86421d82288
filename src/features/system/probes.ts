import "server-only";
import { performance } from "node:perf_hooks";
import { db } from "@/lib/db";
import { within } from "@/lib/deadline";
import { env, isZeroConfig } from "@/lib/env";
import { mailReason, openMailTransport } from "@/lib/mail-transport";
import { storage } from "@/storage";

/** A page waits no longer for any of them. */
const ANSWER_MS = 2_000;
const SLOW_MS = 500;
/** A look at the store writes to it, one at the mail server signs in there: a page that refreshes itself must not do so each time. */
const STORE_KEPT_MS = 5_000;
const MAIL_KEPT_MS = 30_000;

/** `off`: there is none by configuration; `shown`: mails are shown on this machine instead. */
export interface Probe {
  state: "ok" | "slow" | "down" | "off" | "shown";
  /** How long the answer took, as far as there was one. */
  ms: number | null;
  /** What the other side said; null where it said nothing. */
  reason: string | null;
}

export function probeDatabase(): Promise<Probe> {
  return timed(() => db().$queryRaw`SELECT 1`);
}

/** Whether a file can be written to the store. */
export function probeStore(): Promise<Probe> {
  return kept("store", STORE_KEPT_MS, () => timed(() => storage().check()));
}

/** Whether the mail server lets us in; no mail is sent. */
export async function probeMail(): Promise<Probe> {
  if (!env().SMTP_URL) return { state: isZeroConfig() ? "shown" : "off", ms: null, reason: null };
  return kept("mail", MAIL_KEPT_MS, () => timed(verifyMail, mailReason));
}

async function verifyMail(): Promise<void> {
  const waits = { dnsTimeout: ANSWER_MS, connectionTimeout: ANSWER_MS, greetingTimeout: ANSWER_MS, socketTimeout: ANSWER_MS };
  const transport = openMailTransport(waits);
  try {
    await transport.verify();
  } finally {
    transport.close();
  }
}

async function timed(work: () => Promise<unknown>, say: (error: unknown) => string | null = () => null): Promise<Probe> {
  const began = performance.now();
  try {
    await within(ANSWER_MS, work());
    const ms = Math.round(performance.now() - began);
    return { state: ms > SLOW_MS ? "slow" : "ok", ms, reason: null };
  } catch (error) {
    return { state: "down", ms: null, reason: say(error) };
  }
}

const answers = new Map<string, { answer: Promise<Probe>; until: number }>();

/** Who asks while a look is under way, or soon after, is told what it found. */
function kept(name: string, ms: number, look: () => Promise<Probe>): Promise<Probe> {
  const known = answers.get(name);
  if (known && performance.now() < known.until) return known.answer;
  const answer = look();
  answers.set(name, { answer, until: performance.now() + ms });
  return answer;
}
