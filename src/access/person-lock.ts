import type { Transaction } from "@/lib/db";

/**
 * One change at a time, until the transaction ends, of what only the whole of a person's rows can tell: two that each leave the last way
 * in would together leave none, and of somebody's sessions one that goes on under another id would be missed (succession.ts).
 */
export async function lockPerson(tx: Transaction, userId: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM "User" WHERE "id" = ${userId}::uuid FOR UPDATE`;
}
