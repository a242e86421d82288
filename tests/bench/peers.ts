import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { install, isInstalled } from "../../scripts/install.mjs";
import { freePort } from "../support/postgres";
import { nextBuild, SECRET } from "./foyer";
import { type Running, start } from "./process";

const FOLDER = fileURLToPath(new URL("./peers", import.meta.url));
export const PEER_APPS = ["plain", "noop-proxy", "auth-js-proxy"] as const;
export type PeerApp = (typeof PEER_APPS)[number];

/** Installs the peers' packages and builds their apps, unless both are there already. */
export async function preparePeers(): Promise<void> {
  if (!isInstalled(FOLDER, true)) await install(FOLDER);
  for (const app of PEER_APPS) {
    const stamp = join(FOLDER, app, ".next", "foyer-source-hash");
    const hash = hashOf(FOLDER);
    if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) continue;
    nextBuild(join(FOLDER, "node_modules"), join(FOLDER, app));
    writeFileSync(stamp, hash);
  }
}

/** Tables and one signed-in person for each way of keeping sessions: the Cookie header of each. */
export function signInPeers(databaseUrl: string): Record<string, string> {
  const env = { ...process.env, DATABASE_URL: databaseUrl, AUTH_SECRET: SECRET };
  const output = execFileSync(process.execPath, ["sign-in.js"], { cwd: FOLDER, env, stdio: ["ignore", "pipe", "pipe"] });
  // sign-in.js prints nothing else.
  return JSON.parse(String(output)) as Record<string, string>;
}

/** A peer by `next start`, as its documentation says. */
export async function startPeer(app: PeerApp, databaseUrl: string): Promise<Running> {
  const port = await freePort();
  const args = [join(FOLDER, "node_modules", "next", "dist", "bin", "next"), "start", "--hostname", "127.0.0.1", "--port", String(port)];
  const env = { DATABASE_URL: databaseUrl, AUTH_SECRET: SECRET, AUTH_TRUST_HOST: "1", AUTH_URL: `http://127.0.0.1:${port}` };
  return start({ cwd: join(FOLDER, app), args, port, path: "/", env });
}

function hashOf(folder: string): string {
  const hash = createHash("sha256");
  const add = (path: string) => {
    for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (["node_modules", ".next"].includes(entry.name)) continue;
      const full = join(path, entry.name);
      if (entry.isDirectory()) add(full);
      else hash.update(`\0${full}\0`).update(readFileSync(full));
    }
  };
  add(folder);
  return hash.digest("hex");
}
