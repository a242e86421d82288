/** Where a file of people may come from. */
export const IMPORT_FORMATS = ["clerk", "supabase", "better-auth", "authjs", "foyer"] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];
/** What they are called, in every language. */
export const IMPORT_NAMES: Record<ImportFormat, string> = {
  clerk: "Clerk",
  supabase: "Supabase",
  "better-auth": "Better Auth",
  authjs: "Auth.js",
  foyer: "Foyer",
};
/** What a page's import may weigh; `npm run import` takes any file. */
export const MAX_IMPORT_BYTES = 500_000_000;
