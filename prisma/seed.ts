// `npm run db:seed`: what a new database needs, and with --demo a dozen people and their files to look around with. Safe to
// run again: what is there stays.

import { seedDemo } from "../scripts/demo";
import { readFirstAdmin, requireFirstAdmin } from "../scripts/first-admin";
import { db } from "../src/lib/db";
import { env } from "../src/lib/env";

const settings = env();
process.stdout.write(`First admin: ${await requireFirstAdmin(settings.DATABASE_URL, settings)}\n`);
const admin = readFirstAdmin(settings.FOYER_DATA);
if (admin) process.stdout.write(`  ${admin.email}  ${admin.password}  (once; also in first-admin.txt)\n`);
if (process.argv.includes("--demo")) await seedDemo((line) => process.stdout.write(`${line}\n`));
await db().$disconnect();
