import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const APP = fileURLToPath(new URL("../../src/app", import.meta.url));

/** The person whom a page about one person is tested with; made with the site under test. */
export const SOMEBODY_ID = "0190f1ce-0000-7000-8000-000000000001";
/** The check of a file, whose page is a job's with what was found; made with the site under test. */
export const SOME_IMPORT_ID = "0190f1ce-0000-7000-8000-000000000002";
/** The job whose page is looked at; made with the site under test. */
export const SOME_JOB_ID = "0190f1ce-0000-7000-8000-000000000003";
/** The file whose page is looked at; made with the site under test. */
export const SOME_FILE_ID = "0190f1ce-0000-7000-8000-000000000004";
/** The organisation whose page is looked at; made with the site under test. */
export const SOME_ORGANIZATION_ID = "0190f1ce-0000-7000-8000-000000000005";
/** The book and the post whose pages are looked at; made with the site under test. */
export const SOME_BOOK_ID = "0190f1ce-0000-7000-8000-000000000006";
export const SOME_POST_ID = "0190f1ce-0000-7000-8000-000000000007";
/** Which address stands for a page that has many. */
const ADDRESSES: Record<string, string> = {
  "/files/[id]": `/files/${SOME_FILE_ID}`,
  "/admin/users/[id]": `/admin/users/${SOMEBODY_ID}`,
  "/admin/users/[id]/delete": `/admin/users/${SOMEBODY_ID}/delete`,
  "/admin/jobs/[id]": `/admin/jobs/${SOME_JOB_ID}`,
  "/settings/organizations/[id]": `/settings/organizations/${SOME_ORGANIZATION_ID}`,
  "/studio/books/[id]": `/studio/books/${SOME_BOOK_ID}`,
  "/studio/blog/[id]": `/studio/blog/${SOME_POST_ID}`,
};

export type Door = "anonymous" | "newcomer" | "admin";

/** Pages that look another way at another address. */
export const OTHERS = [`/admin/jobs/${SOME_IMPORT_ID}`];

/** Who sees a page instead of being sent elsewhere; an admin, where nothing else is said. */
const DOORS: Record<string, Door> = {
  "/": "anonymous",
  "/change-email": "anonymous",
  "/forbidden": "anonymous",
  "/forgot-password": "anonymous",
  "/invitation": "anonymous",
  "/join": "anonymous",
  "/login": "anonymous",
  "/not-me": "anonymous",
  "/onboarding": "newcomer",
  "/register": "anonymous",
  "/reset-password": "anonymous",
  "/revert-email": "anonymous",
};

/** Every page of the site, read from src/app, with who has to ask for it. A new page is tested without being named anywhere. */
export function pages(): { path: string; door: Door }[] {
  return (
    [...paths(APP, ""), ...OTHERS]
      .map((path) => ADDRESSES[path] ?? (path || "/"))
      // Stands only for whoever waits for a mail: mail-flows.spec.ts comes by it as they do.
      // And only for whoever is between two steps: second-factors.spec.ts.
      .filter((path) => path !== "/verify-email" && path !== "/login/two-step")
      // Nor where auth.config.ts offers no link in the mail, as it comes: tests/magic-link.test.ts.
      .filter((path) => path !== "/magic-link")
      .sort()
      .map((path) => ({ path, door: DOORS[path] ?? "admin" }))
  );
}

function paths(folder: string, path: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isFile()) return entry.name === "page.tsx" ? [path] : [];
    // The rooms below /dev open only where nothing is configured, which a server under test is not.
    if (entry.name.startsWith("_") || (folder === APP && /^(api|dev)$/.test(entry.name))) return [];
    if (entry.name.startsWith("[") && !ADDRESSES[`${path}/${entry.name}`])
      throw new Error(`${path}/${entry.name}: say in ${import.meta.url} which address stands for this page.`);
    return paths(join(folder, entry.name), entry.name.startsWith("(") ? path : `${path}/${entry.name}`);
  });
}
