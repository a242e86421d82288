import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import bcrypt from "bcryptjs";
import type { ImportFormat } from "@/features/people-jobs/import/limits";
import { db } from "@/lib/db";
import { importFile } from "../../scripts/import-run";
import { temporaryFolder } from "./postgres";

// What is imported was made at a lower cost.
process.env.BCRYPT_COST = "5";

const CLERK_HEAD =
  "id,first_name,last_name,username,primary_email_address,primary_phone_number,verified_email_addresses,unverified_email_addresses,verified_phone_numbers,unverified_phone_numbers,totp_secret,password_digest,password_hasher";
export const folder = temporaryFolder();
let files = 0;

interface Options {
  dryRun?: boolean;
  roles?: boolean;
}

/** Imports this text as `npm run import` does, and gives what it said. */
export async function bring(from: ImportFormat, text: string, { dryRun = false, roles = false }: Options = {}) {
  const path = join(folder, `people-${files++}`);
  writeFileSync(path, text);
  const refused: { row: number; words: string; field?: string }[] = [];
  const changes: { row: number; kind: string; differences: { field: string; before: unknown; after: unknown }[] }[] = [];
  const totals = await importFile(
    { from, path, dryRun, roles, digest: createHash("sha256").update(`${text}${files}`).digest("hex") },
    {
      onResume: () => undefined,
      onProgress: () => undefined,
      onBatch: async (batch) => void changes.push(...batch.changes),
      onRefusal: ({ row, words, field }) => void refused.push({ row, words, ...(field && { field }) }),
    },
  );
  return { ...totals, refusals: refused, changes };
}
export const lines = (rows: unknown[]) => rows.map((row) => JSON.stringify(row)).join("\n");
export const named = (externalId: string) =>
  db().user.findUniqueOrThrow({ where: { externalId }, include: { password: true, accounts: true, totp: true } });

export const HASH = bcrypt.hashSync("plum-velvet-harbour-92", 4);
const clerk = (cells: Record<string, string>) =>
  CLERK_HEAD.split(",")
    .map((name) => `"${(cells[name] ?? "").replaceAll('"', '""')}"`)
    .join(",");
export const clerkFile = (...rows: Record<string, string>[]) => [CLERK_HEAD, ...rows.map(clerk)].join("\n");
export const ada = (n: number, more: Record<string, string> = {}) => ({
  id: `user_${n}`,
  first_name: "Ada",
  last_name: `Okafor ${n}`,
  primary_email_address: `ada${n}@example.org`,
  verified_email_addresses: `ada${n}@example.org`,
  ...more,
});
