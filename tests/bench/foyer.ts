import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, parse } from "node:path";
import type pg from "pg";
import { requireClient } from "../../scripts/build";
import { root } from "../../scripts/root";
import { type Claims, encodeToken } from "../../src/lib/session-token";
import { freePort } from "../support/postgres";
import { type Running, start } from "./process";

export const SECRET = "a-secret-only-for-benches-0123456789abcdef";
const COOKIE = "authjs.session-token";
/** Each browser of theirs has the id of its person. */
const DEVICE_COOKIE = "foyer-device";
const SESSION_SECONDS = 30 * 24 * 3600;
/** What scripts/supervisor.ts starts it with. */
const HEAP_FLAGS = ["--expose-gc", "--max-old-space-size=512", "--max-semi-space-size=32"];
const NOT_COPIED = ["node_modules", ".git", ".next", ".foyer", "tests", "test-results", "docs", ".env", ".env.local"];
const PAGES = ["guarded.tsx", "open.tsx", "standing.tsx", "obeyed.ts"];

/** A production build of this tree with the pages of tests/bench/pages below /bench, in a folder of its own that goes at the end. */
export async function buildFoyer(): Promise<string> {
  await requireClient();
  const tree = mkdtempSync(join(tmpdir(), "foyer-bench-"));
  process.once("exit", () => rmSync(tree, { recursive: true, force: true }));
  for (const name of readdirSync(root)) if (!NOT_COPIED.includes(name)) cpSync(join(root, name), join(tree, name), { recursive: true });
  // Links where the disk is the same, else copies: Turbopack follows no link out of its folder.
  const modules = join(root, "node_modules");
  try {
    execFileSync("cp", ["-al", modules, tree], { stdio: "ignore" });
  } catch {
    execFileSync("cp", ["-a", modules, tree]);
  }
  for (const file of PAGES) {
    const { name, ext } = parse(file);
    const folder = join(tree, "src", "app", "bench", name);
    mkdirSync(folder, { recursive: true });
    cpSync(join(root, "tests", "bench", "pages", file), join(folder, ext === ".tsx" ? "page.tsx" : "route.ts"));
  }
  nextBuild(join(tree, "node_modules"), tree);
  return tree;
}

/** Runs `next build` in `cwd`; throws with its words when it fails. */
export function nextBuild(modules: string, cwd: string): void {
  const env = { ...process.env, NODE_ENV: "production" as const, NEXT_TELEMETRY_DISABLED: "1" };
  execFileSync(process.execPath, [join(modules, "next", "dist", "bin", "next"), "build"], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
}

/** The site as it is shipped, on a port of its own; what is not named has its default. */
export async function startFoyer(
  tree: string,
  databaseUrl: string,
  { gaps = false, more = {} }: { gaps?: boolean; more?: Record<string, string> } = {},
): Promise<Running> {
  const port = await freePort();
  const data = join(tree, "data");
  mkdirSync(data, { recursive: true });
  // One address asks for everybody.
  const where = { HOSTNAME: "127.0.0.1", PORT: String(port), RATE_LIMIT_FACTOR: "1000" };
  const env = { DATABASE_URL: databaseUrl, AUTH_SECRET: SECRET, FOYER_DATA: data, ...where, ...more };
  return start({ cwd: tree, args: [...HEAP_FLAGS, "scripts/serve.mjs"], port, path: "/api/health", env, gaps });
}

export interface Member {
  id: string;
  sid: string;
  /** A second session, in another browser. */
  otherSid: string;
  email: string;
  cookie: string;
}

/** Makes `count` members with two sessions each, by two statements; with `hash` they have that password. */
export async function makeMembers(client: pg.Client, count: number, hash?: string): Promise<Member[]> {
  const members = Array.from({ length: count }, () => {
    const [id, sid, otherSid] = [randomUUID(), randomUUID(), randomUUID()];
    const email = `member.${id.slice(0, 8)}@example.org`;
    return { id, sid, otherSid, email, cookie: `${DEVICE_COOKIE}=${id}; ${COOKIE}=${tokenOf({ id, sid, email })}` };
  });
  const ids = members.map(({ id }) => id);
  await client.query(
    `INSERT INTO "User" ("id", "email", "name", "city", "interests", "bio", "profileComplete", "emailVerified", "updatedAt")
       SELECT id, email, 'Ada Okafor', 'Lyon', '{choir}', 'Here for the evenings.', true, now(), now() FROM unnest($1::uuid[], $2::text[]) AS t(id, email)`,
    [ids, members.map(({ email }) => email)],
  );
  await client.query(
    `INSERT INTO "Session" ("id", "userId", "deviceId", "method", "expiresAt")
       SELECT sid, id, id, 'password', now() + interval '30 days' FROM unnest($1::uuid[], $2::uuid[]) AS t(sid, id)`,
    [members.flatMap(({ sid, otherSid }) => [sid, otherSid]), ids.flatMap((id) => [id, id])],
  );
  if (hash) await client.query(`INSERT INTO "Password" ("userId", "hash", "updatedAt") SELECT unnest($1::uuid[]), $2, now()`, [ids, hash]);
  return members;
}

/** Makes an admin with a session: the Cookie header of it. */
export async function makeAdmin(client: pg.Client): Promise<string> {
  const [made] = await makeMembers(client, 1);
  if (!made) throw new Error("nobody was made");
  await client.query(`UPDATE "User" SET "role" = 'ADMIN' WHERE "id" = $1`, [made.id]);
  return `${COOKIE}=${tokenOf(made, "ADMIN")}`;
}

function tokenOf({ id, sid, email }: { id: string; sid: string; email: string }, role: Claims["role"] = "MEMBER"): string {
  return encodeToken({ ...claimsOf(id, sid, email), role, startedAs: role }, SECRET, COOKIE);
}

/** Claims as sign-in writes them. */
export function claimsOf(sub: string, sid: string, email: string): Claims {
  const iat = Math.floor(Date.now() / 1000);
  const end = iat + SESSION_SECONDS;
  const person = { sub, sid, name: "Ada Okafor", email, picture: null, role: "MEMBER" as const };
  const standing = { profileComplete: true, mustChangePassword: false, emailVerified: true, secondFactor: false, deleteAfter: null };
  return {
    ...person,
    ...standing,
    strong: false,
    startedAs: person.role,
    follows: null,
    began: iat,
    whole: true,
    epoch: 0,
    iat,
    end,
    exp: end,
  };
}
