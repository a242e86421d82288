import { randomBytes, randomInt } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hash } from "bcryptjs";
import type { Env } from "../src/lib/env";
import { withClient } from "./migrate";

/** Any number of ours: of two starts on an empty database only one makes the admin. */
const LOCK = 0x666f79_02;
/** 31 letters and digits that nobody mistakes for another: 25 of them hold 123 bits. */
const ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";
const GROUPS = 5;
const GROUP_LENGTH = 5;

export type FirstAdmin = { email: string; password: string };

/**
 * Makes the first admin when nobody is one: a one-time password, also written to FOYER_DATA/first-admin.txt (mode 0600), which
 * the site removes once the password is changed. Returns what to tell the person in one sentence.
 */
export async function requireFirstAdmin(url: string, env: Env): Promise<string> {
  return withClient(url, async (client) => {
    await client.query("BEGIN");
    await client.query("SELECT pg_advisory_xact_lock($1)", [LOCK]);
    const admins = await client.query(`SELECT 1 FROM "User" WHERE role = 'ADMIN' LIMIT 1`);
    if (admins.rowCount) return "there is one";
    const email = env.FOYER_ADMIN_EMAIL.toLowerCase();
    const taken = await client.query('SELECT 1 FROM "User" WHERE email = $1', [email]);
    // Whoever registered that address first must not become admin by it.
    if (taken.rowCount) return `none: ${email} is a member's address, set FOYER_ADMIN_EMAIL to another`;
    const admin = { email, password: oneTimePassword() };
    const id = uuidv7();
    await client.query(
      `INSERT INTO "User" (id, email, "emailVerified", name, role, interests, "profileComplete", "mustChangePassword", "updatedAt")
       VALUES ($1, $2, now(), 'Admin', 'ADMIN', '{}', true, true, now())`,
      [id, email],
    );
    await client.query('INSERT INTO "Password" ("userId", hash, "updatedAt") VALUES ($1, $2, now())', [
      id,
      await hash(admin.password, env.BCRYPT_COST),
    ]);
    await client.query(
      `INSERT INTO "AuditEvent" (id, action, "subjectType", "subjectId", after) VALUES ($1, 'user.registered', 'User', $2, $3)`,
      [uuidv7(), id, JSON.stringify({ email: email.replace(/^(.).*@/su, "$1***@"), role: "ADMIN", method: "first start" })],
    );
    // Before the commit: a crash in between leaves a file too many, never an admin whose password nobody knows.
    writeFirstAdmin(env.FOYER_DATA, admin);
    await client.query("COMMIT").catch((error: unknown) => {
      rmSync(firstAdminPath(env.FOYER_DATA), { force: true });
      throw error;
    });
    return `${email} made`;
  });
}

/** The first admin's address and one-time password while it has not been changed; the site removes the file then. */
export function readFirstAdmin(dataFolder: string): FirstAdmin | null {
  const path = firstAdminPath(dataFolder);
  if (!existsSync(path)) return null;
  const text = readFileSync(path, "utf8");
  const email = /^E-mail: +(.+)$/m.exec(text)?.[1];
  const password = /^Password: +(.+)$/m.exec(text)?.[1];
  return email && password ? { email, password } : null;
}

/** A version 7 UUID, as the app's own rows have: its order is that of time (RFC 9562, section 5.7). */
export function uuidv7(at = Date.now()): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(at, 0, 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function writeFirstAdmin(dataFolder: string, { email, password }: FirstAdmin): void {
  const path = firstAdminPath(dataFolder);
  rmSync(path, { force: true });
  const lines = [
    "The first admin of this Foyer.",
    "",
    `E-mail:   ${email}`,
    `Password: ${password}`,
    "",
    "Sign in and choose a password of your own: this one works until then, and this file goes with it.",
  ];
  writeFileSync(path, `${lines.join("\n")}\n`, { mode: 0o600 });
}

function firstAdminPath(dataFolder: string): string {
  return join(dataFolder, "first-admin.txt");
}

function oneTimePassword(): string {
  const group = () => Array.from({ length: GROUP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
  return Array.from({ length: GROUPS }, group).join("-");
}
