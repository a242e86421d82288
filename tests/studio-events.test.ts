import { describe, expect, test, vi } from "vitest";
import { GET } from "@/app/api/jobs/events/route";
import { MAX_STREAMS } from "@/features/studio/jobs/events";
import { report } from "@/features/studio/jobs/results";
import { db } from "@/lib/db";
import { eventsOf, type ServerSentEvent } from "./support/event-stream";
import { person } from "./support/people";
import { type Browser, browser, signedIn } from "./support/request";
import { imageJob } from "./support/studio";

const open = async (window: Browser, last?: string) => {
  const response = await window.fetch(GET, "/api/jobs/events", { headers: last === undefined ? {} : { "last-event-id": last } });
  expect(response.status).toBe(200);
  const stream = eventsOf(response);
  expect(await stream.next()).toMatchObject({ event: "hello" });
  return { ...stream, response };
};
/** The next `count` events. */
async function take(stream: { next(): Promise<ServerSentEvent | null> }, count: number): Promise<ServerSentEvent[]> {
  const taken: ServerSentEvent[] = [];
  while (taken.length < count) {
    const event = await stream.next();
    if (!event) throw new Error("the stream ended");
    taken.push(event);
  }
  return taken;
}
const progressOf = (events: ServerSentEvent[]) => events.map(({ data }) => data.progress);
const advance = async (jobId: string, ...steps: number[]) => {
  for (const progress of steps) await report({ id: jobId, attempt: 1 }, { progress });
};

describe("a stream of one's jobs", () => {
  test("tells each change as it is made, in order, in whatever window, and nobody else's", async () => {
    const ada = await person();
    const [window, other] = [await signedIn(ada), await signedIn(ada)];
    const eve = await signedIn(await person());
    const streams = [await open(window), await open(other)];
    const { jobId } = await imageJob(window);
    const { jobId: hers } = await imageJob(eve);
    const eves = await open(eve);
    await advance(jobId, 10, 20, 100);
    await advance(hers, 5);
    for (const stream of streams) {
      const events = await take(stream, 4);
      expect(events.map(({ data }) => data)).toEqual(
        [0, 10, 20, 100].map((progress) => ({
          jobId,
          kind: "IMAGE",
          status: progress === 0 ? "PENDING" : "PROCESSING",
          step: null,
          progress,
          error: null,
          attempt: 1,
        })),
      );
      expect(events.every(({ event }) => event === "job")).toBe(true);
      await stream.close();
    }
    expect((await take(eves, 2)).map(({ data }) => data.jobId)).toEqual([hers, hers]);
    await eves.close();
  });

  test("goes on after the last event a browser saw: none lost, none twice, whatever happened meanwhile", async () => {
    const ada = await signedIn(await person());
    const { jobId } = await imageJob(ada);
    const steps = Array.from({ length: 40 }, (_, index) => index + 1);
    const first = await open(ada);
    const seen = await take(first, 1);
    await first.close();
    const working = advance(jobId, ...steps);
    while (seen.at(-1)?.data.progress !== 40) {
      const stream = await open(ada, seen.at(-1)?.id);
      seen.push(...(await take(stream, 1)));
      await stream.close();
    }
    await working;
    expect(progressOf(seen)).toEqual([0, ...steps]);
  });

  test("begins with the newest of each job where nothing was seen before, and says where what was seen is forgotten", async () => {
    const ada = await signedIn(await person());
    const jobs = [(await imageJob(ada)).jobId, (await imageJob(ada)).jobId];
    for (const id of jobs) await advance(id, 10, 20);
    const fresh = await open(ada);
    const events = await take(fresh, 2);
    expect(events.map(({ data }) => data.jobId)).toEqual(jobs);
    expect(progressOf(events)).toEqual([20, 20]);
    await fresh.close();
    for (const forgotten of ["999999999", "0"]) {
      const stream = await open(ada, forgotten);
      expect((await take(stream, 3)).map(({ event }) => event)).toEqual(["reset", "job", "job"]);
      await stream.close();
    }
    // An id that is none is as good as none, and somebody else's is one that is forgotten.
    const odd = await open(ada, "1; DROP TABLE");
    expect((await take(odd, 2)).map(({ event }) => event)).toEqual(["job", "job"]);
    await odd.close();
    const eve = await open(await signedIn(await person()), events[0]?.id);
    expect((await take(eve, 1)).map(({ event }) => event)).toEqual(["reset"]);
    await eve.close();
  });

  test("loses nothing when its link to the database breaks", async () => {
    const ada = await signedIn(await person());
    const { jobId } = await imageJob(ada);
    const stream = await open(ada);
    await take(stream, 1);
    for (const progress of [10, 20, 30]) {
      await db()
        .$queryRaw`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'foyer_jobs' AND datname = current_database()`;
      await advance(jobId, progress);
      expect(progressOf(await take(stream, 1))).toEqual([progress]);
    }
    await stream.close();
  });

  test.each([
    ["a sign-out", (id: string) => db().session.updateMany({ where: { userId: id }, data: { endedAt: new Date() } })],
    [
      "a ban",
      (id: string) =>
        db().user.update({ where: { id }, data: { bannedAt: new Date(), version: { increment: 1 }, epoch: { increment: 1 } } }),
    ],
    ["a first password", (id: string) => db().user.update({ where: { id }, data: { mustChangePassword: true } })],
  ])("ends with %s", async (_, act) => {
    const ada = await person();
    const stream = await open(await signedIn(ada));
    await act(ada.id);
    expect(await stream.next()).toBe(null);
  });

  test("waits for a slow reader in the database and not in memory, and is cut off when nobody reads", async () => {
    const ada = await signedIn(await person());
    const { jobId } = await imageJob(ada);
    const { ownerId } = await db().job.findUniqueOrThrow({ where: { id: jobId } });
    const [slow, dead] = [await open(ada), await ada.fetch(GET, "/api/jobs/events")];
    await take(slow, 1);
    const many = 3_000;
    await db().$executeRaw`INSERT INTO "JobEvent" ("jobId", "ownerId", "data")
      SELECT ${jobId}::uuid, ${ownerId}::uuid, jsonb_build_object('progress', n) FROM generate_series(1, ${many}::int) n`;
    await db().$executeRaw`SELECT pg_notify('foyer_jobs', json_build_object('ownerId', ${ownerId}::text)::text)`;
    expect(progressOf(await take(slow, many))).toEqual(Array.from({ length: many }, (_, index) => index + 1));
    const later = Date.now() + 11_000;
    const clock = vi.spyOn(Date, "now").mockImplementation(() => later);
    const reading = dead.body?.getReader();
    await vi.waitFor(
      async () =>
        expect(
          await reading?.closed.then(
            () => "ended",
            () => "cut",
          ),
        ).toBe("cut"),
      { timeout: 20_000 },
    );
    clock.mockRestore();
    await advance(jobId, 50);
    expect(progressOf(await take(slow, 1))).toEqual([50]);
    await slow.close();
  });

  test("is for members alone, a few for each, and no proxy may keep or gather it", async () => {
    expect((await browser().fetch(GET, "/api/jobs/events")).status).toBe(401);
    const ada = await signedIn(await person());
    expect((await ada.fetch(GET, "/api/jobs/events?after=x")).status).toBe(422);
    const streams = await Promise.all(Array.from({ length: MAX_STREAMS }, () => open(ada)));
    expect(Object.fromEntries(streams[0]?.response.headers ?? [])).toMatchObject({
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "private, no-store, no-transform",
      "x-accel-buffering": "no",
    });
    const refused = await ada.fetch(GET, "/api/jobs/events");
    expect([refused.status, (await refused.json()).error.code]).toEqual([429, "rate_limited"]);
    for (const stream of streams) await stream.close();
    // Neither who only asks for the head nor who has left already takes a place.
    const left = new AbortController();
    left.abort();
    for (let turn = 0; turn < MAX_STREAMS; turn++) {
      expect((await ada.fetch(GET, "/api/jobs/events", { method: "HEAD" })).status).toBe(200);
      expect((await ada.fetch(GET, "/api/jobs/events", { signal: left.signal })).status).toBe(200);
    }
    await (await open(ada)).close();
  });
});
