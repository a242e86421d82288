"use server";

import { ForbiddenError, subject } from "@casl/ability";
import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import type { z } from "zod";
import { change } from "@/access/audit";
import { action } from "@/access/door";
import { type Entry, homeOr, localPath } from "@/access/entry";
import { profileSchema } from "./schema";

/** Saves the first profile; from then on every page is open, in this session and every other of the person. */
export const completeProfile = action(
  { can: ["update", "User"], rate: "write", standing: "any", impersonated: "write" },
  profileSchema,
  async ({ callbackUrl, ...profile }, entry) => {
    await save(profile, entry);
    const path = localPath(callbackUrl);
    redirect(homeOr(path));
  },
);

/** Saves a profile that was complete before. */
export const updateProfile = action(
  { can: ["update", "User"], rate: "write", impersonated: "write" },
  profileSchema,
  async ({ callbackUrl: _, ...profile }, entry) => {
    await save(profile, entry);
    // Their name stands on every page, and React gives an untouched form the values that came with its page.
    revalidatePath("/", "layout");
  },
);

async function save({ name, city, interests, bio }: Omit<z.output<typeof profileSchema>, "callbackUrl">, entry: Entry): Promise<void> {
  const { userId } = entry.actor;
  for (const field of ["name", "city", "interests", "bio"])
    ForbiddenError.from(entry.ability).throwUnlessCan("update", subject("User", { id: userId }), field);
  await change(entry, async (tx, record) => {
    const before = await tx.user.findUniqueOrThrow({ where: { id: userId }, select: { profileComplete: true } });
    await tx.user.update({ where: { id: userId }, data: { name, city, interests, bio, profileComplete: true }, select: { id: true } });
    // What was written stands in the row; an audit row that repeated it would keep a deleted person's words.
    await record({ action: "user.profile_changed", subjectType: "User", subjectId: userId, before, after: { profileComplete: true } });
  });
}
