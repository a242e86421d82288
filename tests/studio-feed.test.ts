import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type JobState, knownState, laterOf, watchJob } from "@/features/studio/jobs/job-feed";

/** What the feed uses of a browser; each stream that was opened, and what was polled. */
class Source extends EventTarget {
  static readonly CLOSED = 2;
  static all: Source[] = [];
  readyState = 0;
  constructor(readonly url: string) {
    super();
    Source.all.push(this);
  }
  say(type: string, data: object = {}, lastEventId = "") {
    this.dispatchEvent(Object.assign(new Event(type), { data: JSON.stringify(data), lastEventId }));
  }
  fail(readyState: number) {
    this.readyState = readyState;
    this.dispatchEvent(new Event("error"));
  }
  close() {
    this.readyState = Source.CLOSED;
  }
}
const page = Object.assign(new EventTarget(), { hidden: false });
const statuses = vi.fn<(path: string) => Response>();
const turn = (hidden: boolean) => {
  page.hidden = hidden;
  page.dispatchEvent(new Event("visibilitychange"));
};

let number = 0;
let ends: (() => void)[] = [];
function watch(more: Partial<JobState> = {}): JobState {
  const job: JobState = { id: `job-${++number}`, status: "PENDING", step: null, progress: 0, error: null, attempt: 1, ...more };
  ends.push(watchJob(job, () => undefined));
  return job;
}
const open = () => Source.all.filter(({ readyState }) => readyState !== Source.CLOSED);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", Source);
  vi.stubGlobal("document", page);
  vi.stubGlobal("fetch", async (path: string) => statuses(path));
  statuses.mockReset().mockImplementation(() => new Response(null, { status: 503 }));
  Source.all = [];
});
afterEach(() => {
  for (const end of ends) end();
  ends = [];
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("what a page hears of its jobs", () => {
  test("one stream for all, only while something is under way and somebody looks; it goes on where it was", () => {
    watch({ status: "COMPLETED", progress: 100 });
    expect(Source.all).toEqual([]);
    const [one, other] = [watch(), watch()];
    expect(open()).toHaveLength(1);
    Source.all[0]?.say("hello");
    Source.all[0]?.say("job", { jobId: one.id, ...one, status: "PROCESSING", progress: 40, step: "generating" }, "17");
    expect(knownState(one.id)).toMatchObject({ status: "PROCESSING", progress: 40, step: "generating" });
    turn(true);
    expect(open()).toEqual([]);
    turn(false);
    expect(open().map(({ url }) => url)).toEqual(["/api/jobs/events?after=17"]);
    for (const { id } of [one, other]) Source.all.at(-1)?.say("job", { jobId: id, status: "CANCELLED", progress: 40, attempt: 1 }, "18");
    expect(open()).toEqual([]);
  });

  test.each([
    ["is refused", () => open()[0]?.fail(2)],
    ["says nothing, because a proxy gathers it", () => vi.advanceTimersByTimeAsync(10_000)],
    [
      "breaks and does not come back",
      () => {
        open()[0]?.say("hello");
        open()[0]?.fail(0);
        return vi.advanceTimersByTimeAsync(10_000);
      },
    ],
  ])("where the stream %s it asks every two seconds, and tries the stream again after a minute", async (_, act) => {
    const job = watch();
    statuses.mockImplementation(() => Response.json({ ...job, status: "PROCESSING", progress: 10 }));
    await act();
    await vi.advanceTimersByTimeAsync(4_100);
    expect(open()).toEqual([]);
    expect(statuses.mock.calls.map(([path]) => path)).toEqual(Array(3).fill(`/api/jobs/${job.id}/status`));
    expect(knownState(job.id)).toMatchObject({ progress: 10 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(open().map(({ url }) => url)).toEqual(["/api/jobs/events"]);
  });

  test("asks less often while nobody answers, and stops asking about what is gone", async () => {
    const job = watch();
    open()[0]?.fail(2);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(statuses.mock.calls.length).toBeLessThan(6);
    statuses.mockImplementation(() => new Response(null, { status: 404 }));
    await vi.advanceTimersByTimeAsync(60_000);
    const { length } = statuses.mock.calls;
    await vi.advanceTimersByTimeAsync(300_000);
    expect(statuses.mock.calls.length).toBe(length);
    expect(knownState(job.id)).toBeUndefined();
  });

  test("of two states the later is kept, in whatever order they come", () => {
    const states: JobState[] = [
      { id: "x", status: "PENDING", step: null, progress: 0, error: null, attempt: 1 },
      { id: "x", status: "PROCESSING", step: "saving", progress: 90, error: null, attempt: 1 },
      { id: "x", status: "CANCELLED", step: null, progress: 20, error: null, attempt: 1 },
      { id: "x", status: "PENDING", step: null, progress: 0, error: null, attempt: 2 },
    ];
    states.forEach((one, at) => {
      for (const other of states.slice(at + 1)) expect([laterOf(one, other), laterOf(other, one)]).toEqual([other, other]);
    });
  });
});
