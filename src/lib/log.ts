import pino, { type Logger } from "pino";
import { perProcess } from "./per-process";

/** The process's log, one JSON object a line on stdout. What identifies a secret never gets in. */
export function log(): Logger {
  return perProcess("foyerLog", () =>
    pino({
      level: process.env.LOG_LEVEL || "info",
      base: null,
      redact: {
        paths: ["password", "*.password", "token", "*.token", "cookie", "*.cookie", "authorization", "*.authorization"],
        censor: "[hidden]",
      },
    }),
  );
}
