import { ApiProblem, api } from "@/api-client/client";
import type { JobStatus } from "@/lib/db";

/** A job as a page shows it. */
export interface JobState {
  id: string;
  status: JobStatus;
  step: string | null;
  progress: number;
  error: string | null;
  attempt: number;
}

/** A proxy that gathers answers holds the first event back: then there is polling. */
const HELLO_MS = 10_000;
const POLL_MS = 2_000;
const MAX_POLL_MS = 30_000;
/** How long a page polls before it tries the stream again. */
const STREAM_AGAIN_MS = 60_000;

interface Watched {
  state: JobState;
  listeners: Set<() => void>;
}

/*
 * One stream for all cards of a page, so the store is this module's. It is open only while something is under way and somebody
 * looks: a browser that speaks HTTP/1.1 has six connections for all its tabs.
 */
const watched = new Map<string, Watched>();
let mode: "off" | "stream" | "poll" = "off";
let source: EventSource | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
/** The last event seen: where the next stream goes on. */
let last = "";
/** Signed out, or not allowed any more: only another page can mend that. */
let refused = false;

/** Whether there is something to wait for. */
export function isLiving({ status }: Pick<JobState, "status">): boolean {
  return status === "PENDING" || status === "PROCESSING";
}

/** What is known of a job, where it is watched. */
export function knownState(id: string): JobState | undefined {
  return watched.get(id)?.state;
}

/** The one of two states of a job that came about later; the first, where that cannot be told. */
export function laterOf(one: JobState, other: JobState): JobState {
  const order = (state: JobState) => [state.attempt, isLiving(state) ? 0 : 1, state.progress];
  const [a, b] = [order(one), order(other)];
  const index = a.findIndex((value, at) => value !== b[at]);
  return index === -1 || (a[index] ?? 0) > (b[index] ?? 0) ? one : other;
}

/** Calls `changed` whenever the job is known to have gone on, until the function returned is called. */
export function watchJob(job: JobState, changed: () => void): () => void {
  const one = watched.get(job.id) ?? { state: job, listeners: new Set() };
  one.state = laterOf(one.state, job);
  one.listeners.add(changed);
  watched.set(job.id, one);
  if (watched.size === 1) document.addEventListener("visibilitychange", settle);
  settle();
  return () => {
    one.listeners.delete(changed);
    if (one.listeners.size === 0 && watched.get(job.id) === one) watched.delete(job.id);
    if (watched.size === 0) document.removeEventListener("visibilitychange", settle);
    settle();
  };
}

/** Opens or closes what is needed for what is watched now. */
function settle(): void {
  const wanted = !refused && !document.hidden && [...watched.values()].some(({ state }) => isLiving(state));
  if (wanted && mode === "off") openStream();
  if (!wanted && mode !== "off") close();
}

function openStream(): void {
  close();
  mode = "stream";
  const opened = new EventSource(`/api/jobs/events${last && `?after=${last}`}`);
  source = opened;
  const expectHello = () => {
    clearTimeout(timer);
    timer = setTimeout(startPolling, HELLO_MS);
  };
  expectHello();
  opened.addEventListener("hello", () => clearTimeout(timer));
  opened.addEventListener("job", ({ data, lastEventId }) => {
    last = lastEventId;
    const { jobId: id, ...state } = JSON.parse(data);
    learn({ id, ...state });
  });
  opened.addEventListener("reset", () => {
    last = "";
    void askAll();
  });
  opened.addEventListener("error", () => {
    // A lost connection the browser makes anew by itself, from the last event on; a refused one it gives up.
    if (opened.readyState === EventSource.CLOSED) startPolling();
    else expectHello();
  });
}

function startPolling(): void {
  close();
  mode = "poll";
  // What is polled overtakes the events: a stream after it begins with how things stand.
  last = "";
  const until = Date.now() + STREAM_AGAIN_MS;
  let pause = POLL_MS;
  const poll = async () => {
    const answered = await askAll();
    pause = answered ? POLL_MS : Math.min(MAX_POLL_MS, pause * 2);
    if (mode !== "poll") return;
    if (Date.now() > until) openStream();
    else timer = setTimeout(poll, pause);
  };
  void poll();
}

function close(): void {
  clearTimeout(timer);
  source?.close();
  source = undefined;
  mode = "off";
}

/** Asks how each job that is under way stands; false when somebody did not answer. */
async function askAll(): Promise<boolean> {
  const living = [...watched.values()].filter(({ state }) => isLiving(state)).map(({ state }) => state.id);
  const answers = await Promise.all(living.map(ask));
  settle();
  return answers.every(Boolean);
}

async function ask(id: string): Promise<boolean> {
  try {
    learn(await api("GET /api/jobs/{id}/status", { params: { id } }));
    return true;
  } catch (error) {
    const status = error instanceof ApiProblem ? error.status : 0;
    if (status === 401 || status === 403) refused = true;
    // Deleted meanwhile: whoever shows it shows it as it was until the page is asked for again.
    if (status === 404) watched.delete(id);
    return false;
  }
}

function learn(state: JobState): void {
  const one = watched.get(state.id);
  // At the same percentage it is another step.
  if (!one || laterOf(state, one.state) !== state) return;
  one.state = state;
  for (const listener of one.listeners) listener();
  settle();
}
