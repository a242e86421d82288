import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { sweepFiles } from "@/features/files/leftovers";
import type { Generator, Work } from "@/features/studio/generators/generator";
import { deleteImageGeneration, deleteImages } from "@/features/studio/images/actions";
import { cancelJob, retryJob } from "@/features/studio/jobs/actions";
import { complete, fail, report, takeResult } from "@/features/studio/jobs/results";
import { GenerationFailed, stepWith, sweepJobs, workOf } from "@/features/studio/jobs/run";
import { advance } from "@/features/studio/jobs/transition";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { storage } from "@/storage";
import { admin, person } from "./support/people";
import { as, asVisitor, signedIn } from "./support/request";
import { arrive, imageJob, png, step } from "./support/studio";

const PICTURE = { kind: "image", format: "PNG", width: 64, height: 48 } as const;
const about = () => Promise.resolve(PICTURE);
const jobOf = (id: string) =>
  db().job.findUniqueOrThrow({ where: { id }, include: { files: true, imageGeneration: { include: { images: true } } } });
const eventsOf = async (jobId: string) =>
  (await db().jobEvent.findMany({ where: { jobId }, orderBy: { id: "asc" } })).map(({ data }) => data as Record<string, unknown>);

async function work(jobId: string): Promise<Work> {
  const { attempt } = await jobOf(jobId);
  const found = await workOf(jobId, attempt);
  if (!found) throw new Error("the attempt has ended");
  return found;
}

/** Fills every place, one after the other. */
const diligent: Generator = {
  async step(work) {
    for (const { index, uploadKey } of work.places) {
      await arrive(uploadKey, await png());
      expect(await takeResult(work, index, about)).toBe(null);
    }
    return "done";
  },
};

describe("a job from its beginning to its end", () => {
  test("its results are files of its owner's, its row says what it made, and each change is told in order", async () => {
    const ada = await signedIn(await person());
    const { jobId } = await imageJob(ada, 2);
    expect(await jobOf(jobId)).toMatchObject({ status: "PENDING", progress: 0, startedAt: null });
    await step(jobId, diligent);
    const job = await jobOf(jobId);
    expect(job).toMatchObject({ status: "COMPLETED", progress: 100, step: null, error: null });
    expect(job.imageGeneration).toMatchObject({ status: "COMPLETED", progress: 100, error: null });
    expect(job.imageGeneration?.processingTime).toBeGreaterThanOrEqual(0);
    expect(job.imageGeneration?.images).toHaveLength(2);
    for (const image of job.imageGeneration?.images ?? []) {
      expect(image).toMatchObject({ width: 64, height: 48, aspectRatio: "4:3", format: "PNG" });
      const file = job.files.find(({ key }) => key === image.s3Key);
      expect(file).toMatchObject({ status: "READY", kind: "IMAGE", width: 64, height: 48, sizeBytes: image.fileSize });
      expect((await storage().head(image.s3Key))?.sizeBytes).toBe(Number(image.fileSize));
      const remembered = { action: "file.uploaded", actorId: null, after: { ownerId: job.ownerId, contentType: "image/png" } };
      expect(await db().auditEvent.findFirst({ where: { subjectId: file?.id ?? "" } })).toMatchObject(remembered);
    }
    expect((await eventsOf(jobId)).map(({ status }) => status)).toEqual(["PENDING", "PROCESSING", "COMPLETED"]);
  });

  test("one delivered twenty times at once is there once, and nothing of the others stays in the store", async () => {
    const ada = await person();
    const { jobId } = await imageJob(await signedIn(ada));
    const { places, ...attempt } = await work(jobId);
    await arrive(places[0]?.uploadKey ?? "", await png());
    const answers = await Promise.all(Array.from({ length: 20 }, () => takeResult(attempt, 0, about)));
    expect(answers.filter((answer) => answer === null).length).toBeGreaterThan(0);
    const job = await jobOf(jobId);
    expect(job.imageGeneration?.images).toHaveLength(1);
    const { keys } = await storage().list(`${ada.id}/`);
    expect(keys).toEqual([job.imageGeneration?.images[0]?.s3Key]);
  });

  test("killed at any step it goes on with what is missing, and makes nothing twice", async () => {
    const { jobId, generationId } = await imageJob(await signedIn(await person()), 3);
    let made = 0;
    const dying: Generator = {
      async step({ places, ...attempt }) {
        const [place] = places;
        if (!place) return "done";
        await arrive(place.uploadKey, await png());
        if (made++ % 2 === 0) throw new Error("the process ended after the upload");
        await takeResult(attempt, place.index, about);
        throw new Error("the process ended after the result was taken");
      },
    };
    for (let life = 0; life < 6; life++) await expect(step(jobId, dying)).rejects.toThrow("the process ended");
    await step(jobId, dying);
    expect(made).toBe(6);
    expect(await db().imageFile.count({ where: { generationId } })).toBe(3);
    expect(await jobOf(jobId)).toMatchObject({ status: "COMPLETED" });
  });
});

describe("a job that ends badly", () => {
  test.each([
    ["a generator that refuses", () => Promise.reject(new GenerationFailed("generator_refused")), 1, "generator_refused"],
    ["one that breaks five times", () => Promise.reject(new Error("ECONNRESET")), 5, "generator_failed"],
    ["one that says done and brought nothing", () => Promise.resolve("done" as const), 1, "result_missing"],
  ])("%s fails it with the reason, and gives its room back", async (_, run, tried, error) => {
    const ada = await person();
    const { jobId } = await imageJob(await signedIn(ada));
    await step(jobId, { step: run }, tried);
    expect(await jobOf(jobId)).toMatchObject({ status: "FAILED", error, imageGeneration: { status: "FAILED", error } });
    expect(await db().file.count({ where: { ownerId: ada.id, status: "PENDING" } })).toBe(0);
  });

  test("bytes of another type, too many or none are no result, and leave nothing behind", async () => {
    const ada = await person();
    const { jobId } = await imageJob(await signedIn(ada), 3);
    const { places, ...attempt } = await work(jobId);
    const [html, big] = [Buffer.from("<!doctype html><script>1</script>"), Buffer.alloc(1_000_001, await png())];
    await arrive(places[0]?.uploadKey ?? "", html);
    await arrive(places[1]?.uploadKey ?? "", big);
    expect(await takeResult(attempt, 0, about)).toBe("result_wrong");
    expect(await takeResult(attempt, 1, about)).toBe("result_wrong");
    expect(await takeResult(attempt, 2, about)).toBe("result_missing");
    expect(await takeResult(attempt, 3, about)).toBe("result_missing");
    expect((await storage().list(`${ada.id}/`)).keys).toEqual([]);
  });

  test("nothing heard in time is a failure", async () => {
    const { jobId } = await imageJob(await signedIn(await person()));
    await db().job.update({ where: { id: jobId }, data: { deadlineAt: new Date(Date.now() - 1) } });
    await sweepJobs();
    expect(await jobOf(jobId)).toMatchObject({ status: "FAILED", error: "timed_out" });
  });

  test("one whose end cannot be written keeps no other from ending, however few are looked at at once, and ends at the next sweep", async () => {
    const ada = await signedIn(await person());
    const [first, second] = [await imageJob(ada), await imageJob(ada)];
    for (const [age, { jobId }] of [first, second].entries())
      await db().job.update({ where: { id: jobId }, data: { deadlineAt: new Date(age) } });
    await db().$executeRawUnsafe(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END'`);
    await db().$executeRawUnsafe(
      `CREATE TRIGGER refuse BEFORE UPDATE ON "Job" FOR EACH ROW WHEN (NEW."id" = '${first.jobId}') EXECUTE FUNCTION refuse()`,
    );
    await sweepJobs(1).finally(() => db().$executeRawUnsafe("DROP FUNCTION refuse CASCADE"));
    expect([(await jobOf(first.jobId)).status, (await jobOf(second.jobId)).status]).toEqual(["PENDING", "FAILED"]);
    await sweepJobs();
    expect((await jobOf(first.jobId)).status).toBe("FAILED");
  });

  test("events and messages of more than a day ago are forgotten, all of them, and no younger one", async () => {
    const { jobId } = await imageJob(await signedIn(await person()));
    const old = new Date(Date.now() - 25 * 3_600_000);
    await db().jobEvent.updateMany({ where: { jobId }, data: { at: old } });
    const ids = ["old-1", "old-2", "old-3", "young"].map((id) => ({ id: `${id} ${jobId}`, ...(id !== "young" && { receivedAt: old }) }));
    await db().webhookDelivery.createMany({ data: ids });
    await sweepJobs(2);
    expect(await db().jobEvent.count({ where: { jobId } })).toBe(0);
    expect(await db().webhookDelivery.findMany({ where: { id: { endsWith: jobId } } })).toMatchObject([{ id: `young ${jobId}` }]);
  });

  test("what has ended stays as it ended, whatever still arrives", async () => {
    const ada = await signedIn(await person());
    const { jobId } = await imageJob(ada);
    const { places, ...attempt } = await work(jobId);
    expect(await ada.run(() => cancelJob({ id: jobId }))).toMatchObject({ ok: true });
    await arrive(places[0]?.uploadKey ?? "", await png());
    expect(await takeResult(attempt, 0, about)).toBe("result_missing");
    expect(await report(attempt, { progress: 50 })).toBe(false);
    await complete(attempt);
    await fail(attempt, "generator_failed");
    expect(await jobOf(jobId)).toMatchObject({ status: "CANCELLED", error: null });
    expect(await ada.run(() => cancelJob({ id: jobId }))).toMatchObject({ error: { code: "conflict" } });
    await expect(db().job.update({ where: { id: jobId }, data: { status: "COMPLETED" } })).rejects.toThrow("has ended");
  });
});

describe("cancel and try again", () => {
  test("another attempt makes what is missing, and listens no more to the one before", async () => {
    const ada = await signedIn(await person());
    const { jobId } = await imageJob(ada, 2);
    const first = await work(jobId);
    await arrive(first.places[0]?.uploadKey ?? "", await png());
    await takeResult(first, 0, about);
    await fail(first, "generator_failed");
    expect(await ada.run(() => retryJob({ id: jobId }))).toMatchObject({ ok: true });
    const second = await work(jobId);
    expect(second).toMatchObject({ attempt: 2, places: [{ index: 1 }] });
    expect(second.places[0]?.uploadKey).not.toBe(first.places[1]?.uploadKey);
    await arrive(first.places[1]?.uploadKey ?? "", await png());
    expect(await takeResult(first, 1, about)).toBe("result_missing");
    await step(jobId, diligent);
    const job = await jobOf(jobId);
    expect(job).toMatchObject({ status: "COMPLETED", attempt: 2 });
    expect(job.imageGeneration?.images).toHaveLength(2);
    expect(await ada.run(() => retryJob({ id: jobId }))).toMatchObject({ error: { code: "conflict" } });
  });

  test("another attempt begins at once, whatever the step of the one before that is still under way wants to do later", async () => {
    const ada = await signedIn(await person());
    const { jobId } = await imageJob(ada);
    await step(jobId, {
      async step() {
        await ada.run(() => cancelJob({ id: jobId }));
        expect(await ada.run(() => retryJob({ id: jobId }))).toMatchObject({ ok: true });
        return { againInSeconds: 300 };
      },
    });
    expect(
      await db().$queryRaw`SELECT payload, run_at <= now() AS due FROM graphile_worker._private_jobs
      WHERE key = ${`generation:${jobId}`}`,
    ).toEqual([{ payload: { jobId, attempt: 2 }, due: true }]);
  });

  test("what an earlier attempt gave back is made anew, long after it was swept away, and what its owner deleted too", async () => {
    const owner = await person();
    const ada = await signedIn(owner);
    const { jobId } = await imageJob(ada, 2);
    const first = await work(jobId);
    await arrive(first.places[0]?.uploadKey ?? "", await png());
    await takeResult(first, 0, about);
    await fail(first, "generator_failed");
    await db().file.deleteMany({ where: { ownerId: owner.id } });
    expect(await ada.run(() => retryJob({ id: jobId }))).toMatchObject({ ok: true });
    expect((await work(jobId)).places.map(({ index, maxBytes }) => [index, maxBytes])).toEqual([
      [0, 1_000_000],
      [1, 1_000_000],
    ]);
    await step(jobId, diligent);
    expect(await jobOf(jobId)).toMatchObject({ status: "COMPLETED", attempt: 2 });
  });

  test("a request that is tried again is under way again: it says so at once, and its job is not deleted with it", async () => {
    const ada = await signedIn(await person());
    const { jobId, generationId } = await imageJob(ada, 2);
    const first = await work(jobId);
    await arrive(first.places[0]?.uploadKey ?? "", await png());
    await takeResult(first, 0, about);
    await fail(first, "generator_failed");
    await ada.run(() => retryJob({ id: jobId }));
    const { imageGeneration, files } = await jobOf(jobId);
    expect(imageGeneration).toMatchObject({ status: "PENDING", error: null, progress: 0, completedAt: null });
    // The job is asked, whatever the row says.
    await db().imageGeneration.update({ where: { id: generationId }, data: { status: "FAILED" } });
    expect(await ada.run(() => deleteImageGeneration({ id: generationId }))).toMatchObject({ error: { code: "conflict" } });
    const ids = files.filter(({ status }) => status === "READY").map(({ id }) => id);
    expect(await ada.run(() => deleteImages({ ids }))).toMatchObject({ ok: true });
    expect(await jobOf(jobId)).toMatchObject({ status: "PENDING", imageGeneration: { images: [] } });
    await ada.run(() => cancelJob({ id: jobId }));
    expect(await ada.run(() => deleteImageGeneration({ id: generationId }))).toMatchObject({ ok: true });
    expect(await db().job.count({ where: { id: jobId } })).toBe(0);
  });

  test("trying again counts among the ten that live at once", async () => {
    const ada = await signedIn(await person());
    const { jobId } = await imageJob(ada);
    await ada.run(() => cancelJob({ id: jobId }));
    await Promise.all(Array.from({ length: 5 }, () => imageJob(ada)));
    for (let more = 0; more < 5; more++) await imageJob(ada);
    expect(await ada.run(() => retryJob({ id: jobId }))).toMatchObject({ error: { code: "conflict" } });
  });

  test("the time of an attempt runs from its first step, not while it waits for its turn", async () => {
    const { jobId } = await imageJob(await signedIn(await person()));
    const waiting = (await jobOf(jobId)).deadlineAt;
    await step(jobId, { step: () => Promise.resolve("elsewhere" as const) });
    const { deadlineAt, files } = await jobOf(jobId);
    expect(deadlineAt.getTime()).toBeLessThan(waiting.getTime());
    expect(files.map(({ uploadExpiresAt }) => uploadExpiresAt)).toEqual([deadlineAt]);
  });

  test("a stranger's job is not found, an admin cancels it and retries none, a visitor is sent away", async () => {
    const { jobId } = await imageJob(await signedIn(await person()));
    for (const act of [cancelJob, retryJob]) {
      expect(await as(await person(), () => act({ id: jobId }))).toMatchObject({ error: { code: "not_found" } });
      expect(await asVisitor({}, () => act({ id: jobId }))).toMatchObject({ error: { code: "unauthenticated" } });
      expect(await as(await person(), () => act({ id: "x" }))).toMatchObject({ error: { code: "invalid" } });
    }
    const boss = await admin();
    expect(await as(boss, () => cancelJob({ id: jobId }))).toMatchObject({ ok: true });
    expect(await as(boss, () => retryJob({ id: jobId }))).toMatchObject({ error: { code: "not_found" } });
  });
});

describe("room", () => {
  test("twenty jobs at once share no last free place, and what is under way counts", async () => {
    const ada = await person();
    await db().file.create({
      data: {
        ownerId: ada.id,
        name: "x",
        key: `${ada.id}/x`,
        sizeBytes: env().QUOTA_BYTES - 2_500_000,
        contentType: "image/png",
        status: "READY",
        provider: "LOCAL",
      },
    });
    const window = await signedIn(ada);
    const made = await Promise.allSettled(Array.from({ length: 20 }, () => imageJob(window)));
    const fulfilled = made.filter(({ status }) => status === "fulfilled").length;
    // Whoever waits too long for their turn is told so: one gets through in any case, and room is there for two.
    expect([1, 2]).toContain(fulfilled);
    expect(await db().file.count({ where: { ownerId: ada.id, status: "PENDING" } })).toBe(fulfilled);
  });

  test("a generation that is deleted takes its files along, however it is deleted", async () => {
    const ada = await person();
    const { jobId, generationId } = await imageJob(await signedIn(ada));
    await step(jobId, diligent);
    await db().$executeRaw`DELETE FROM "ImageGeneration" WHERE "id" = ${generationId}::uuid`;
    expect(await db().file.findMany({ where: { ownerId: ada.id }, select: { status: true } })).toEqual([{ status: "DELETING" }]);
    await db().file.updateMany({ where: { ownerId: ada.id }, data: { uploadExpiresAt: new Date(Date.now() - 3_600_000) } });
    await sweepFiles();
    expect((await storage().list(`${ada.id}/`)).keys).toEqual([]);
  });
});

test("of one owner's events none is seen before an earlier one: whoever writes the second waits for the first", async () => {
  const ada = await signedIn(await person());
  const [first, second] = [await imageJob(ada), await imageJob(ada)];
  const { ownerId } = await jobOf(first.jobId);
  const seen = async () => (await db().jobEvent.findMany({ where: { ownerId }, orderBy: { id: "asc" } })).map(({ jobId }) => jobId);
  let later: Promise<unknown> = Promise.resolve();
  await db().$transaction(async (tx) => {
    await advance(tx, { id: first.jobId, attempt: 1 }, { status: "PROCESSING" });
    later = report({ id: second.jobId, attempt: 1 }, { progress: 1 });
    await waitsForLock();
    expect(await seen()).toEqual([first.jobId, second.jobId]);
  });
  await later;
  expect(await seen()).toEqual([first.jobId, second.jobId, first.jobId, second.jobId]);
});

/** Until somebody waits for the turn of an owner. */
async function waitsForLock(): Promise<void> {
  for (;;) {
    const [row] = await db().$queryRaw<{ count: bigint }[]>`
      SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
       WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted`;
    if (row && row.count > 0n) return;
    await sleep(10);
  }
}

test("a step of an attempt that is over does nothing", async () => {
  const { jobId } = await imageJob(await signedIn(await person()));
  await step(jobId, diligent);
  const untouched: Generator = { step: () => Promise.reject(new Error("was asked")) };
  await stepWith({ BUNDLED: untouched })({ jobId, attempt: 1 }, { id: "1", attempt: 1, signal: new AbortController().signal });
  expect(await jobOf(jobId)).toMatchObject({ status: "COMPLETED" });
});
