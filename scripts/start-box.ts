import { networkInterfaces } from "node:os";
import type { Env } from "../src/lib/env";
import type { FirstAdmin } from "./first-admin";
import { box } from "./terminal.mjs";

type Facts = { env: Env; admin: FirstAdmin | null; database: { port: number; data: string } | null; dev: boolean };

/** The one box at the end of a start: where the site is, how to sign in, what runs by default and which variable replaces it. */
export function startBox({ env, admin, database, dev }: Facts): string {
  const lines = [`Foyer is running${dev ? " with hot reload" : ""}`, ""];
  for (const [at, url] of addresses(env).entries()) lines.push(row(at === 0 ? "Open" : "", url));
  if (admin) {
    lines.push("", row("Admin", admin.email), row("Password", `${admin.password}  (once; also in first-admin.txt)`));
  }
  lines.push("", row("Data", env.FOYER_DATA));
  if (database && !database.data.startsWith(env.FOYER_DATA)) lines.push(row("Database", database.data));
  lines.push("");
  const defaults = defaultsInUse(env, database?.port);
  if (database && !env.SMTP_URL) lines.splice(-1, 0, row("Mail", `http://localhost:${env.PORT}/dev/mailbox  (from this machine only)`));
  if (defaults.length > 0) {
    const width = Math.max(...defaults.map(([what]) => what.length));
    lines.push(
      "Defaults in use, and what replaces them",
      ...defaults.map(([what, variable]) => `  ${what.padEnd(width)}  ${variable}`),
      "",
    );
  }
  lines.push("Ctrl-C stops everything; the data stays.");
  return box(lines);
}

/** Addresses a browser can open: this machine's, and on the local network where the site listens there. */
export function addresses({ AUTH_URL, HOSTNAME, PORT }: Env): string[] {
  const isEverywhere = HOSTNAME === "0.0.0.0" || HOSTNAME === "::";
  const local = isEverywhere ? "localhost" : HOSTNAME.includes(":") ? `[${HOSTNAME}]` : HOSTNAME;
  const lan = isEverywhere ? lanAddress() : null;
  return [...(AUTH_URL ? [AUTH_URL] : []), `http://${local}:${PORT}`, ...(lan ? [`http://${lan}:${PORT}`] : [])];
}

function defaultsInUse(env: Env, databasePort: number | undefined): [string, string][] {
  const all: [boolean, string, string][] = [
    [databasePort !== undefined, `embedded PostgreSQL 18 on port ${databasePort}`, "DATABASE_URL"],
    [env.STORAGE_PROVIDER === "LOCAL", "files on this disk", "S3_BUCKET_NAME"],
    [!env.SMTP_URL, databasePort !== undefined ? "mail shown at /dev/mailbox" : "no mail is sent", "SMTP_URL, AUTH_URL"],
    [!env.AUTH_SECRET, "generated secret", "AUTH_SECRET"],
    [!env.AUTH_URL, "address of each request", "AUTH_URL"],
    [!env.AUTH_GITHUB_ID, "no sign-in with GitHub", "AUTH_GITHUB_ID, AUTH_GITHUB_SECRET"],
  ];
  return all.filter(([applies]) => applies).map(([, what, variable]) => [what, variable]);
}

function lanAddress(): string | null {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return all.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? null;
}

function row(label: string, value: string): string {
  return `${label.padEnd(10)}${value}`;
}
