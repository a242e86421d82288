import "server-only";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import { db } from "@/lib/db";
import { AppError } from "@/lib/errors";

/** Who is asking, for the pages and scripts of a developer: the profile, and the metadata that is theirs to read. */
export async function getMe(entry: Entry) {
  const me = await db().user.findFirst({
    where: { AND: [accessibleBy(entry.ability).ofType("User"), { id: entry.actor.userId }] },
    select: {
      id: true,
      email: true,
      name: true,
      image: true,
      role: true,
      city: true,
      interests: true,
      bio: true,
      createdAt: true,
      publicMetadata: true,
      unsafeMetadata: true,
    },
  });
  if (!me) throw new AppError("not_found");
  return me;
}

/** All three parts, for an admin; null of somebody who is not there. */
export async function getMetadata(entry: Entry, id: string) {
  if (!entry.ability.can("read", "Dashboard")) return null;
  return db().user.findFirst({
    where: { AND: [accessibleBy(entry.ability).ofType("User"), { id, deletedAt: null }] },
    select: { publicMetadata: true, privateMetadata: true, unsafeMetadata: true },
  });
}
