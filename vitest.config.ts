import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^@\/auth$/, replacement: here("./auth.ts") },
      { find: /^@\//, replacement: here("./src/") },
      // The real package throws outside a React server bundle, which is what a test is.
      { find: /^server-only$/, replacement: here("./tests/support/empty.ts") },
      // What a server component gets: outside of one, next-intl has only its browser half and no configuration.
      { find: /^next-intl\/server$/, replacement: here("./node_modules/next-intl/dist/esm/development/server.react-server.js") },
      { find: /^next-intl\/config$/, replacement: here("./src/i18n/request.ts") },
    ],
  },
  test: {
    environment: "node",
    include: ["tests/**/*.test.{ts,tsx}"],
    exclude: ["tests/e2e/**", "tests/bench/**", "node_modules/**"],
    globalSetup: ["tests/support/global-setup.ts"],
    setupFiles: ["tests/support/setup.ts"],
    // A file has its own process: signals, process.env and what the app keeps on globalThis stay apart.
    pool: "forks",
    // The embedded PostgreSQL grants 100 connections, and a file with two servers may take 30.
    maxWorkers: Math.min(availableParallelism(), 4),
    testTimeout: 15_000,
    hookTimeout: 60_000,
    // Node cannot load these by itself: they import "next/server" and the like without an extension.
    server: { deps: { inline: ["next-auth", "next-intl"] } },
  },
});
