import { expect } from "vitest";
import { enter } from "@/access/door";
import { db, type Transaction } from "@/lib/db";
import type { Browser } from "./request";

/** How many in this database wait for a lock. */
export async function waiting(on: Pick<Transaction, "$queryRaw">): Promise<number> {
  const [row] = await on.$queryRaw<{ count: number }[]>`
    SELECT count(DISTINCT l.pid)::int AS "count" FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
     WHERE NOT l.granted AND a.datname = current_database()`;
  return row?.count ?? 0;
}

const NEVER = new Date(0);

/** Lets a browser in, and waits until it is written down that this person was here: that asks for their row as well, when it likes. */
export async function seen(window: Browser, { id }: { id: string }): Promise<void> {
  await db().user.update({ where: { id }, data: { lastSeenAt: NEVER } });
  await window.run(() => enter());
  await expect.poll(async () => (await db().user.findUniqueOrThrow({ where: { id } })).lastSeenAt).not.toEqual(NEVER);
}
