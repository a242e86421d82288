import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { librariesOf, unpackedPackages } from "./debian";
import { freePort } from "./postgres";

/** A Redis on a loopback port that keeps nothing on disk. */
export async function startRedis() {
  const packages = await unpackedPackages();
  const port = await freePort();
  const child = spawn(
    join(packages, "usr/bin/redis-server"),
    ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
    {
      stdio: ["ignore", "ignore", "inherit"],
      env: { NODE_ENV: "test", PATH: process.env.PATH ?? "", LD_LIBRARY_PATH: await librariesOf(packages) },
    },
  );
  const gone = once(child, "exit");
  process.once("exit", () => child.kill("SIGKILL"));
  for (const end = Date.now() + 30_000; !(await listens(port)); await sleep(20))
    if (child.exitCode !== null || Date.now() > end) throw new Error("Redis did not start");
  return {
    /** Connections stay open, and nobody answers on them; `thaw` gives the answers. */
    freeze: () => void child.kill("SIGSTOP"),
    thaw: () => void child.kill("SIGCONT"),
    url: `redis://127.0.0.1:${port}`,
    stop: async () => {
      child.kill("SIGTERM");
      await gone;
    },
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, "127.0.0.1", () => done(true)).on("error", () => done(false));
    socket.once("connect", () => socket.destroy());
  });
}
