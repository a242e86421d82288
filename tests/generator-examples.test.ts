import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { afterAll, describe, expect, test, vi } from "vitest";
import { outside } from "@/features/studio/generators/outside";
import { cancelWith, stepWith } from "@/features/studio/jobs/run";
import { makePlaces } from "@/features/studio/jobs/start";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { storage } from "@/storage";
import { generatedSite } from "./support/generated-site";
import { person } from "./support/people";
import { signedIn } from "./support/request";
import { imageJob } from "./support/studio";

const EXAMPLES = [
  ["Python", "docs/guides/generator.py", "python3", []],
  ["TypeScript", "docs/guides/generator.ts", process.execPath, ["--import", "tsx"]],
] as const;
const site = await generatedSite();
const WEBHOOK_SECRET = `whsec_${randomBytes(32).toString("base64")}`;
Object.assign(process.env, { GENERATOR_URL: "http://127.0.0.1:9", WEBHOOK_SECRET, AUTH_URL: site.url });
const children: ChildProcess[] = [];
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await site.stop();
});

const jobOf = (id: string) => db().job.findUniqueOrThrow({ where: { id }, include: { files: { orderBy: { jobIndex: "asc" } } } });
const ended = (id: string) =>
  vi.waitFor(
    async () => {
      const job = await jobOf(id);
      expect(["COMPLETED", "FAILED"]).toContain(job.status);
      return job;
    },
    { timeout: 30_000, interval: 100 },
  );
const step = (jobId: string) =>
  stepWith({ OUTSIDE: outside })({ jobId, attempt: 1 }, { id: "1", attempt: 1, signal: new AbortController().signal });

async function bookJob(ownerId: string, contentType: string): Promise<string> {
  const chapters = { create: [{ title: "Rain", position: 1, content: "It falls." }] };
  const { id: bookId } = await db().book.create({ data: { title: "Weather", authorId: ownerId, chapters } });
  const deadlineAt = new Date(Date.now() + 60_000);
  const job = await db().job.create({ data: { kind: "BOOK", ownerId, bookId, generator: "OUTSIDE", deadlineAt } });
  const place = { name: "weather", contentType, kind: "BOOK" as const, maxBytes: 100_000 };
  await db().$transaction((tx) => makePlaces(tx, { ...job, organizationId: null }, [place]));
  return job.id;
}

describe.each(EXAMPLES)("the example in %s", (_, path, command, args) => {
  test("makes what it can, says so, refuses what it cannot, and listens to nobody without the secret", async () => {
    const child = spawn(command, [...args, path], { env: { ...process.env, PORT: "0" }, stdio: ["ignore", "pipe", "ignore"] });
    children.push(child);
    const [line] = await once(createInterface({ input: child.stdout }), "line");
    const url = `http://127.0.0.1:${/\d+$/.exec(String(line))?.[0]}/`;
    Object.assign(env(), { GENERATOR_URL: url });

    const ada = await person();
    const { jobId } = await imageJob(await signedIn(ada), 2);
    await db().job.update({ where: { id: jobId }, data: { generator: "OUTSIDE" } });
    const [book, film] = [await bookJob(ada.id, "text/markdown"), await bookJob(ada.id, "application/pdf")];
    for (const id of [jobId, book, film]) await step(id);

    const pictures = await ended(jobId);
    expect(pictures).toMatchObject({ status: "COMPLETED", files: [0, 1].map(() => ({ status: "READY", width: 1024, height: 1024 })) });
    const { status, files } = await ended(book);
    expect(status).toBe("COMPLETED");
    const bytes = await storage().readRange(files[0]?.key ?? "", 0, 1_000);
    expect(Buffer.from(bytes ?? []).toString()).toBe("# Weather\n\n## Rain\n\nIt falls.");
    expect(await ended(film)).toMatchObject({ status: "FAILED", error: "generator_refused" });

    await cancelWith({ OUTSIDE: outside })({ jobId, attempt: 1 });
    expect((await fetch(url, { method: "POST", body: "{}" })).status).toBe(401);
  });

  test("is at most 100 lines long", () => {
    expect(readFileSync(path, "utf8").trimEnd().split("\n").length).toBeLessThanOrEqual(100);
  });
});
