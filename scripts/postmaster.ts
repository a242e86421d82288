import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** What PostgreSQL wrote into its postmaster.pid; null when there is none. The process may be gone. */
export async function postmasterOf(data: string): Promise<{ pid: number; port: number; ready: boolean } | null> {
  const lines = (await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "")).split("\n");
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  // Line 4 is the port, line 8 the state: https://www.postgresql.org/docs/18/storage-file-layout.html
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === "ready" };
}

/** Whether process `pid` lives and is a PostgreSQL on the cluster `data`, not some program that got the number since. */
export async function isPostmasterOf(pid: number, data: string): Promise<boolean> {
  try {
    const command =
      process.platform === "linux"
        ? readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")
        : execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" });
    return command.includes("postgres") && command.includes(`-D ${data}`);
  } catch {
    return false;
  }
}
