import { existsSync } from "node:fs";

/** Path of the browser the end-to-end tests drive. */
export async function chromium(): Promise<string> {
  const found = [process.env.CHROMIUM_PATH, "/usr/bin/chromium"].find((path) => path && existsSync(path));
  if (!found) throw new Error("No browser found: install Chromium, or set CHROMIUM_PATH.");
  return found;
}
