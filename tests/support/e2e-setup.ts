import { copyFileSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { db } from "@/lib/db";
import { SOME_BOOK_ID, SOME_FILE_ID, SOME_IMPORT_ID, SOME_JOB_ID, SOME_ORGANIZATION_ID, SOME_POST_ID, SOMEBODY_ID } from "./e2e-pages";
import { startGitHub } from "./github";
import { checkedImport, file, person } from "./people";
import { startCluster } from "./postgres";
import { startServer } from "./server";

/** What the workers, which are other processes, have to know of the site under test: it travels in the environment. */
export interface SiteUnderTest {
  url: string;
  logFile: string;
  githubUrl: string;
  /** The variables by which another server uses the same GitHub double. */
  githubEnv: Record<string, string>;
}
/** Makes films that never end: tests/studio-videos.test.ts has a real one. */
const FFMPEG_PATH = fileURLToPath(new URL("endless-ffmpeg.mjs", import.meta.url));
export const SITE = "FOYER_TEST_SITE";

/** Once for a whole Playwright run: PostgreSQL, the GitHub double and one production server that uses both. */
export default async function setup(): Promise<() => Promise<void>> {
  const cluster = await startCluster();
  const github = await startGitHub();
  github.account();
  const githubEnv = { AUTH_GITHUB_ID: github.clientId, AUTH_GITHUB_SECRET: github.clientSecret, AUTH_GITHUB_ENTERPRISE_URL: github.url };
  // As `npm start` without any configuration: mails stay in the outbox, where the tests read their links.
  const server = await startServer({ env: { ...githubEnv, FOYER_ZERO_CONFIG: "1", FFMPEG_PATH } }).catch(async (error: unknown) => {
    await github.stop();
    await cluster.stop();
    throw error;
  });
  const site: SiteUnderTest = { url: server.url, logFile: server.logFile, githubUrl: github.url, githubEnv };
  process.env[SITE] = JSON.stringify(site);
  // The workers make people through the app's own client, which reads these two.
  process.env.DATABASE_URL = server.databaseUrl;
  process.env.AUTH_SECRET = "a-secret-only-for-tests-0123456789abcdef";
  await person({ id: SOMEBODY_ID, name: "Somebody Known" });
  await file({ id: SOMEBODY_ID }, { id: SOME_FILE_ID });
  await checkedImport(SOME_IMPORT_ID);
  await db().peopleJob.create({
    data: {
      ...{ id: SOME_JOB_ID, kind: "BULK", status: "DONE", createdById: SOMEBODY_ID, total: 2, done: 1, refused: 1 },
      params: { act: { act: "ban", reason: "Spam", until: null }, filter: {} },
      expiresAt: new Date(Date.now() + 3_600_000),
      refusals: { create: { row: 2, subject: SOMEBODY_ID, reason: "already_banned" } },
    },
  });
  const members = { create: { userId: SOMEBODY_ID, role: "OWNER" as const } };
  const waits = { email: "guest@example.org", hash: "x", invitedById: SOMEBODY_ID, expiresAt: new Date(Date.now() + 3_600_000) };
  await db().organization.create({ data: { id: SOME_ORGANIZATION_ID, name: "Choir", members, invitations: { create: waits } } });
  const written = { title: "Lights in the hall", authorId: SOMEBODY_ID };
  const content = "## A section\n\nSome *text*, a [link](https://example.org), `code`.\n\n- one\n- two\n\n> A quote.";
  await db().book.create({ data: { ...written, id: SOME_BOOK_ID, chapters: { create: { title: "A chapter", position: 0, content } } } });
  await db().blogPost.create({ data: { ...written, id: SOME_POST_ID, content, tags: ["houses"] } });
  return async () => {
    await server.stop();
    mkdirSync("test-results", { recursive: true });
    copyFileSync(server.logFile, "test-results/server.log");
    await github.stop();
    await cluster.stop();
  };
}
