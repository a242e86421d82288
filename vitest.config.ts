import { availableParallelism } from "node:os";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * What takes longest, in the order in which it starts: none of it may be what everything else has to wait for at the end. The
 * first waits more than it works, the second compares times: beside these two run those that wait for a store or another
 * process, and start no servers meanwhile.
 */
const LONGEST = [
  ...["outage", "answers-alike", "queue", "storage", "storage-s3", "storage-move"],
  ...["sign-up-crashes", "routes", "studio-videos", "prisma-offline", "freshness", "mail"],
];

/** vitest's own order, which in a new checkout knows no durations, after those that are named above. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const index = LONGEST.indexOf(basename(moduleId, ".test.ts"));
      return index === -1 ? LONGEST.length : index;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  resolve: {
    alias: [
      { find: /^@\/auth$/, replacement: here("./auth.ts") },
      { find: /^@\//, replacement: here("./src/") },
      // The real package throws outside a React server bundle, which is what a test is.
      { find: /^server-only$/, replacement: here("./tests/support/empty.ts") },
      // What a server component gets: outside of one, next-intl has only its browser half and no configuration.
      { find: /^next-intl\/server$/, replacement: here("./node_modules/next-intl/dist/esm/production/server.react-server.js") },
      // As in production: in development it looks through all messages at every request.
      { find: /^use-intl$/, replacement: here("./node_modules/use-intl/dist/esm/production/index.js") },
      { find: /^use-intl\/(core|react)$/, replacement: here("./node_modules/use-intl/dist/esm/production/$1.js") },
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
    // One more than there are processors: something always waits. At most four: the embedded PostgreSQL grants 100 connections,
    // and a file with two servers may take 30.
    maxWorkers: Math.min(availableParallelism() + 1, 4),
    sequence: { sequencer: LongestFirst },
    // For a machine that does much else: what holds takes no longer for it, and what does not is found out later.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    // Node cannot load these by itself: they import "next/server" and the like without an extension.
    server: { deps: { inline: ["next-auth", "next-intl"] } },
  },
});
