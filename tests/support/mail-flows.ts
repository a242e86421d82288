import { expect } from "vitest";
import { register, signInWithEmail } from "@/features/accounts/actions";
import { forgotPassword } from "@/features/recovery/actions";
import { db } from "@/lib/db";
import { mailsTo, runJobs, tokenTo } from "./jobs";
import { PASSWORD } from "./people";
import { asVisitor, type Browser, redirectOf } from "./request";

export const OTHER_PASSWORD = "quartz-lantern-meadow-57";

let count = 0;
export const newEmail = () => `flow.${++count}@example.org`;
export const refusal = async (answer: Promise<{ ok: boolean; error?: object }>) => (await answer).error;
export const signIn = (window: Browser, email: string, password = PASSWORD) => window.run(() => signInWithEmail({ email, password }));

/** The kinds of mail an address was sent, oldest first. */
export const templates = async (address: string) => (await mailsTo(address)).map(({ template }) => template);
export const userOf = (email: string) => db().user.findUniqueOrThrow({ where: { email }, include: { password: true, sessions: true } });
/** What was remembered of somebody or something, oldest first. */
export const actions = async (subjectId: string) =>
  (await db().auditEvent.findMany({ where: { subjectId }, orderBy: [{ at: "asc" }, { id: "asc" }] })).map(({ action }) => action);

/** Somebody who registered in this browser and has not confirmed yet. */
export async function registered(window: Browser, { email = newEmail(), callbackUrl = "/" } = {}) {
  expect(await redirectOf(window.run(() => register({ email, password: PASSWORD, callbackUrl })))).toBe("/verify-email");
  await runJobs();
  return { email, token: await tokenTo(email, "verification") };
}

/** The token of a reset link in the mailbox of somebody who is known. */
export async function resetToken(email: string): Promise<string> {
  await asVisitor({}, () => forgotPassword({ email }));
  await runJobs();
  return tokenTo(email, "reset");
}
