"use server";

import { cookies } from "next/headers";
import { action } from "@/access/door";
import type { Visitor } from "@/access/entry";
import { localeSchema, themeSchema } from "./schema";

const YEAR_SECONDS = 365 * 24 * 3600;

/** Remembers the language in this browser. */
export const setLocale = action({ visitor: true, rate: "write" }, localeSchema, async ({ locale }, visitor) => {
  await remember("locale", locale, visitor);
});

/** Remembers the theme in this browser; "system" forgets it. */
export const setTheme = action({ visitor: true, rate: "write" }, themeSchema, async ({ theme }, visitor) => {
  if (theme === "system") (await cookies()).delete("theme");
  else await remember("theme", theme, visitor);
});

async function remember(name: string, value: string, { secure }: Visitor): Promise<void> {
  (await cookies()).set(name, value, { maxAge: YEAR_SECONDS, path: "/", sameSite: "lax", httpOnly: true, secure });
}
