import { readFile, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { env } from "./env";

/**
 * Removes the note with this person's one-time password once it has been changed; without such a note, does nothing. Its
 * address is read as scripts/first-admin.ts writes it and has to be theirs to the letter: "a@b.org" is a part of "ana@b.org".
 */
export async function forgetFirstAdminPassword(email: string): Promise<void> {
  const note = resolve(env().FOYER_DATA, "first-admin.txt");
  const text = await readFile(note, "utf8").catch(() => "");
  if (/^E-mail: +(.+)$/m.exec(text)?.[1] === email) await rm(note, { force: true });
}
