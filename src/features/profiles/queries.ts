import "server-only";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import { db } from "@/lib/db";
import { AppError } from "@/lib/errors";

/** The person's own profile, as they edit it. */
export async function getOwnProfile(entry: Entry) {
  const profile = await db().user.findFirst({
    where: { AND: [accessibleBy(entry.ability).ofType("User"), { id: entry.actor.userId }] },
    select: { id: true, name: true, email: true, image: true, city: true, interests: true, bio: true, createdAt: true },
  });
  if (!profile) throw new AppError("not_found");
  return profile;
}
