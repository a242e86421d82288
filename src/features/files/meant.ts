import type { Entry } from "@/access/entry";

type Held = { ownerId: string; organization: { members: { userId: string }[] } | null };

/** Whether a file is their own or shared with them; an admin for whom it is not opens it with a reason. */
export function isMeantFor({ actor: { userId } }: Entry, { ownerId, organization }: Held): boolean {
  return ownerId === userId || (organization?.members.some((member) => member.userId === userId) ?? false);
}
