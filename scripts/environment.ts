import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { type Env, EnvError, parseEnv } from "../src/lib/env";
import { trustedProxies } from "./forwarded.mjs";
import { root } from "./root";
import { UserError } from "./terminal.mjs";

/** Read in this order, the first that names a variable wins; what the process was started with wins over both. */
const FILES = [".env.local", ".env"];

/**
 * The checked environment, `.env` files included, with FOYER_DATA made absolute. `process.env` is completed on the way, so
 * that children inherit it. Throws EnvError with a line for each variable that is wrong.
 */
export function readEnvironment(): Env {
  // Shells and containers set HOSTNAME to the machine's name, which nobody meant as an address to listen on.
  if (process.env.HOSTNAME === hostname()) delete process.env.HOSTNAME;
  for (const name of FILES) {
    const path = join(root, name);
    if (existsSync(path)) process.loadEnvFile(path);
  }
  const env = parseEnv(process.env);
  try {
    trustedProxies(env.TRUSTED_PROXIES);
  } catch (error) {
    throw new EnvError(error instanceof Error ? error.message : String(error));
  }
  return { ...env, FOYER_DATA: resolve(root, env.FOYER_DATA) };
}

/** The data folder, made when it is missing, closed to everybody else. Throws UserError where it cannot be written. */
export function requireDataFolder(path: string): void {
  const isRoot = process.getuid?.() === 0;
  try {
    // As root PostgreSQL runs as another user, who has to pass through; what is secret in here is 0600 itself.
    const mode = isRoot ? 0o711 : 0o700;
    if (!existsSync(path)) mkdirSync(path, { recursive: true, mode });
    else if (isRoot) chmodSync(path, mode);
    writeFileSync(join(path, ".gitignore"), "*\n");
  } catch (error) {
    const why = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new UserError(`The data folder ${path} cannot be written (${why}). Start as its owner, or set FOYER_DATA to another folder.`);
  }
}

/** AUTH_SECRET, or the one that was generated for this data folder at its first start. */
export function authSecret(env: Env): string {
  if (env.AUTH_SECRET) return env.AUTH_SECRET;
  const path = join(env.FOYER_DATA, "auth-secret");
  const known = existsSync(path) ? readFileSync(path, "utf8").trim() : "";
  if (known.length >= 32) return known;
  const fresh = randomBytes(33).toString("base64");
  writeFileSync(path, `${fresh}\n`, { mode: 0o600 });
  chmodSync(path, 0o600);
  return fresh;
}

/** What a serving process is started with. */
export function serverEnvironment(
  env: Env,
  { databaseUrl, embedded, dev }: { databaseUrl: string; embedded: boolean; dev: boolean },
): NodeJS.ProcessEnv {
  const filledIn = ["DATABASE_URL", "AUTH_SECRET", "FOYER_DATA", "PORT", "HOSTNAME"].filter((name) => !process.env[name]?.trim());
  return {
    // Next's reports to its makers: a self-hosted site says nothing about itself unless somebody wants it to.
    NEXT_TELEMETRY_DISABLED: "1",
    ...process.env,
    NODE_ENV: dev ? "development" : "production",
    DATABASE_URL: databaseUrl,
    // Said here alone, whatever the shell says: it opens /dev/mailbox.
    FOYER_ZERO_CONFIG: embedded && !env.SMTP_URL ? "1" : "",
    AUTH_SECRET: authSecret(env),
    FOYER_DATA: env.FOYER_DATA,
    PORT: String(env.PORT),
    HOSTNAME: env.HOSTNAME,
    // So that /admin/system can tell what somebody set.
    FOYER_FILLED_IN: filledIn.join(","),
  };
}
