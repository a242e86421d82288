import type { Transaction } from "@/lib/db";

/** How many in this database wait for a lock. */
export async function waiting(on: Pick<Transaction, "$queryRaw">): Promise<number> {
  const [row] = await on.$queryRaw<{ count: number }[]>`
    SELECT count(DISTINCT l.pid)::int AS "count" FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
     WHERE NOT l.granted AND a.datname = current_database()`;
  return row?.count ?? 0;
}
