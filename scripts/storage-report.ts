import type { AuditAction } from "../src/access/audit";
import { db } from "../src/lib/db";
import type { Storage } from "../src/storage/storage";

/** Writes into the audit log what was done to a store at a terminal. */
export async function remember(
  action: AuditAction & `storage.${string}`,
  provider: Storage["provider"],
  after: Record<string, number>,
): Promise<void> {
  const data = { action, subjectType: "Storage", subjectId: provider, userAgent: "npm run storage", after };
  await db().auditEvent.create({ data, select: { id: true } });
}

/** Bytes as people say them. */
export function sizeText(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
