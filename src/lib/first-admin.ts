import { readFile, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { env } from "./env";

/** Removes the note with the first admin's one-time password once it has been changed; without such a note, does nothing. */
export async function forgetFirstAdminPassword(email: string): Promise<void> {
  const note = resolve(env().FOYER_DATA, "first-admin.txt");
  const text = await readFile(note, "utf8").catch(() => "");
  if (text.includes(email)) await rm(note, { force: true });
}
