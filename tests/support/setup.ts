// First of all: Next keeps its request in an AsyncLocalStorage only where it finds one on globalThis.
import "next/dist/server/node-environment-baseline";
import { envShape } from "../../src/lib/env";
import { guardConsole } from "./console";
import { cloneDatabase, temporaryFolder } from "./postgres";

// What the shell of whoever runs the tests has set must not change a result; the S3 variables name the S3 server under test.
for (const name of [...Object.keys(envShape), "GITHUB_ID", "GITHUB_SECRET"]) {
  if (!/^(S3|AWS)_/.test(name)) delete process.env[name];
}

Object.assign(process.env, {
  // One a worker, new for each file.
  DATABASE_URL: await cloneDatabase(`worker_${process.env.VITEST_POOL_ID ?? 1}`),
  FOYER_DATA: temporaryFolder(),
  AUTH_SECRET: "a-secret-only-for-tests-0123456789abcdef",
  RATE_LIMIT_FACTOR: "5",
  BCRYPT_COST: "4",
  STORAGE_PROVIDER: "LOCAL",
  LOG_LEVEL: "silent",
});

guardConsole();
