import "server-only";
import { change } from "@/access/audit";
import type { Entry } from "@/access/entry";
import { db } from "@/lib/db";

/**
 * Writes down, once a sitting, that an admin reads what is neither theirs nor shared with them; its author sees it among what was done in
 * their account. Of whoever reads their own, and of any member, nothing is asked.
 */
export async function noteReading(
  entry: Entry,
  { type, id, authorId, organizationId }: { type: "Book" | "BlogPost"; id: string; authorId: string; organizationId: string | null },
): Promise<void> {
  const { userId } = entry.actor;
  if (authorId === userId || !entry.ability.can("read", "Dashboard")) return;
  if (organizationId && (await db().organizationMember.count({ where: { organizationId, userId } })) > 0) return;
  const what = { action: "content.read_by_admin", subjectType: "User", subjectId: authorId, after: { type, id } } as const;
  await change(entry, async (_, record) => record(what, "once a sitting"));
}
