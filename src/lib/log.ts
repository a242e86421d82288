import pino, { type Logger } from "pino";

/** The process's log, one JSON object a line on stdout. What identifies a secret never gets in. */
export function log(): Logger {
  const shared = globalThis as typeof globalThis & { foyerLog?: Logger };
  shared.foyerLog ??= pino({
    level: process.env.LOG_LEVEL || "info",
    base: null,
    redact: {
      paths: ["password", "*.password", "token", "*.token", "cookie", "*.cookie", "authorization", "*.authorization"],
      censor: "[hidden]",
    },
  });
  return shared.foyerLog;
}
