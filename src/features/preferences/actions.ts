"use server";

import { ForbiddenError, subject } from "@casl/ability";
import { cookies } from "next/headers";
import { change } from "@/access/audit";
import { action } from "@/access/door";
import { currentEntry } from "@/access/entry";
import { rememberPreference } from "@/access/preferences";
import { db } from "@/lib/db";
import { localeSchema, themeSchema } from "./schema";

/** Remembers the language in this browser and, of a person who is signed in, in their row: their mails are written in it. */
export const setLocale = action({ visitor: true, rate: "write" }, localeSchema, async ({ locale }, visitor) => {
  await rememberPreference("locale", locale, visitor);
  await keep({ locale });
});

/** Remembers the theme in this browser and with the person; "system" forgets it. */
export const setTheme = action({ visitor: true, rate: "write" }, themeSchema, async ({ theme }, visitor) => {
  if (theme === "system") (await cookies()).delete("theme");
  else await rememberPreference("theme", theme, visitor);
  await keep({ theme: theme === "system" ? null : theme });
});

async function keep(chosen: { locale: string } | { theme: string | null }): Promise<void> {
  const entry = await currentEntry();
  // The browser's own cookie is enough for a visitor, and for as long as the database cannot be asked.
  if (!entry?.certain) return;
  const { userId } = entry.actor;
  for (const field of Object.keys(chosen))
    ForbiddenError.from(entry.ability).throwUnlessCan("update", subject("User", { id: userId }), field);
  // What was chosen once more changes nothing.
  if ((await db().user.count({ where: { id: userId, ...chosen } })) > 0) return;
  await change(entry, async (tx, record) => {
    await tx.user.update({ where: { id: userId }, data: chosen, select: { id: true } });
    await record({ action: "user.profile_changed", subjectType: "User", subjectId: userId, after: chosen });
  });
}
