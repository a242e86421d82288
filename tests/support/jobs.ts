import { Logger, runOnce } from "graphile-worker";
import pg from "pg";
import { finishRegistration } from "@/features/accounts/changes";
import { sendVerification } from "@/features/addresses/changes";
import { sendMagicLink, sendReset } from "@/features/recovery/changes";
import { db } from "@/lib/db";
import type { Handlers } from "@/lib/queue";

/** The mails stay in the outbox, to be read there. */
const HANDLERS: Partial<Handlers> = {
  "account.register": finishRegistration,
  "account.verify": sendVerification,
  "account.forgot": sendReset,
  "account.magicLink": sendMagicLink,
};

/** Does the jobs of accounts that wait, as the worker beside a server would; throws what one of them throws. */
export async function runJobs(): Promise<void> {
  const errors: unknown[] = [];
  const taskList = Object.fromEntries(
    Object.entries(HANDLERS).map(([name, handler]) => [
      name,
      // As in src/lib/queue.ts: `addJob` ties payload to name.
      (payload: unknown) => (handler as (payload: unknown) => Promise<void>)(payload).catch((error: unknown) => void errors.push(error)),
    ]),
  );
  const pgPool = new pg.Pool({ connectionString: process.env.DATABASE_URL ?? "", max: 3 });
  // graphile-worker warns of a pool that nobody listens to.
  pgPool.on("error", () => undefined);
  pgPool.on("connect", (client) => client.on("error", () => undefined));
  await db().$executeRaw`SELECT graphile_worker.reschedule_jobs(array_agg(id), run_at := now())
    FROM graphile_worker.jobs WHERE locked_at IS NULL AND task_identifier LIKE 'account.%' HAVING count(*) > 0`;
  await runOnce({ pgPool, taskList, concurrency: 2, noHandleSignals: true, logger: new Logger(() => () => undefined) }, undefined);
  await pgPool.end();
  if (errors.length > 0) throw errors[0];
}

/** The mails an address was sent, oldest first, with the token of the link in each. */
export async function mailsTo(address: string) {
  const mails = await db().mail.findMany({ where: { to: address }, orderBy: [{ createdAt: "asc" }, { id: "asc" }] });
  return mails.map(({ template, locale, props }) => {
    const link = Object.values(props as Record<string, unknown>).find((value) => typeof value === "string" && value.includes("?token="));
    const url = typeof link === "string" ? new URL(link) : null;
    return { template, locale, props: props as Record<string, string>, url, token: url?.searchParams.get("token") ?? "" };
  });
}

/** The token of the latest mail of this kind to an address. */
export async function tokenTo(address: string, template: string): Promise<string> {
  const found = (await mailsTo(address)).filter((mail) => mail.template === template).at(-1);
  if (!found) throw new Error(`no ${template} mail to ${address}`);
  return found.token;
}
