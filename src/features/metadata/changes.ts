import "server-only";
import { ForbiddenError, subject } from "@casl/ability";
import { change } from "@/access/audit";
import type { Entry } from "@/access/entry";
import { db } from "@/lib/db";
import { AppError } from "@/lib/errors";
import type { Metadata } from "@/lib/metadata";
import { COLUMN_OF, type Part } from "./schema";

/**
 * Replaces one part of somebody's metadata; with `was`, only if it is still that. What is that already changes nothing. The audit log has its size, not what is in
 * it: a deletion could not take it back from there.
 */
export async function writeMetadata(entry: Entry, userId: string, part: Part, json: Metadata, was?: Metadata): Promise<void> {
  const column = COLUMN_OF[part];
  ForbiddenError.from(entry.ability).throwUnlessCan("update", subject("User", { id: userId }), column);
  if ((await db().user.count({ where: { id: userId, deletedAt: null, [column]: { equals: json } } })) > 0) return;
  await change(entry, async (tx, record) => {
    const where = { id: userId, deletedAt: null, ...(was && { [column]: { equals: was } }) };
    const { count } = await tx.user.updateMany({ where, data: { [column]: json } });
    const isThere = count === 1 || (await tx.user.count({ where: { id: userId, deletedAt: null } })) === 1;
    if (count === 0) throw new AppError(isThere ? "conflict" : "not_found");
    const bytes = Buffer.byteLength(JSON.stringify(json));
    await record({ action: "user.metadata_changed", subjectType: "User", subjectId: userId, after: { part, bytes } });
  });
}
