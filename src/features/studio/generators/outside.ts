import "server-only";
import { change } from "@/access/audit";
import { NOBODY } from "@/access/entry";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { GenerationFailed } from "../jobs/run";
import { type Attempt, advance } from "../jobs/transition";
import type { Generator, Work } from "./generator";
import { requestOf } from "./request";
import { signed } from "./signature";

const ANSWER_MS = 10_000;
const MAX_ANSWER_BYTES = 4_096;
const MAX_WAIT_SECONDS = 300;
/** What is asked for is wrong, and would be the next time: of what else goes wrong, the worker tries again. */
const REFUSALS = new Set([400, 413, 422]);
const QUOTA = 402;

/**
 * The team's own backend at GENERATOR_URL, by the contract of docs/guides/generator.md: told once of each attempt, and again with
 * the same webhook-id where its answer was lost. What it does is heard at /api/webhooks/generation.
 */
export const outside: Generator = {
  async step(work, signal) {
    // Said already, before a crash or a repeated task.
    if (work.externalId !== null) return "elsewhere";
    const { message, inputFileId = null } = await requestOf(work);
    if (!message.data.ask) throw new GenerationFailed("generator_failed");
    await noteHandover(work, inputFileId);
    const answer = await send(`${work.id}-${work.attempt}`, message, signal);
    const wait = secondsToWait(answer);
    if (wait !== null) return { againInSeconds: wait };
    if (answer.status === QUOTA) throw new GenerationFailed("generator_quota");
    if (REFUSALS.has(answer.status)) throw new GenerationFailed("generator_refused");
    if (answer.status < 200 || answer.status > 299) throw new Error(`the generator answers ${answer.status}`);
    const externalId = externalIdOf(answer.text) ?? `${work.id}-${work.attempt}`;
    await db().$transaction((tx) => advance(tx, work, { status: "PROCESSING", externalId }));
    return "elsewhere";
  },

  async cancel({ id: jobId, attempt, externalId }) {
    const data = { jobId, attempt, externalId };
    await send(
      `${jobId}-${attempt}-cancelled`,
      { type: "generation.cancelled", timestamp: new Date(), data },
      AbortSignal.timeout(ANSWER_MS),
    );
  },
};

/** Each issue of a URL is in the audit log. */
async function noteHandover({ id, attempt, ownerId, places }: Attempt & Pick<Work, "ownerId" | "places">, inputFileId: string | null) {
  await change(NOBODY, async (_, record) => {
    const after = { attempt, ownerId, places: places.length, inputFileId };
    await record({ action: "job.handed_over", subjectType: "Job", subjectId: id, after });
  });
}

/** Rejects when nobody answers within ten seconds; redirects are answers, and nobody follows them with signed URLs. */
async function send(id: string, message: object, signal: AbortSignal): Promise<{ status: number; headers: Headers; text: string }> {
  const { GENERATOR_URL } = env();
  if (!GENERATOR_URL) throw new GenerationFailed("generator_failed", new Error("GENERATOR_URL is not set any more"));
  const body = JSON.stringify(message);
  const answer = await fetch(GENERATOR_URL, {
    method: "POST",
    redirect: "manual",
    headers: { "content-type": "application/json", "user-agent": "Foyer", ...signed(id, body) },
    body,
    signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
  });
  return { status: answer.status, headers: answer.headers, text: await beginningOf(answer) };
}

/** As much of the answer as may matter: a generator may send what it likes. */
async function beginningOf({ body }: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body ?? []) {
    parts.push(part);
    length += part.byteLength;
    // Leaving the loop cancels the rest.
    if (length > MAX_ANSWER_BYTES) return "";
  }
  return Buffer.concat(parts).toString("utf8");
}

/** A generator that is busy says when it is not. */
function secondsToWait({ status, headers }: { status: number; headers: Headers }): number | null {
  if (status !== 429 && status !== 503) return null;
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) ? Math.min(MAX_WAIT_SECONDS, Math.max(1, Math.ceil(seconds))) : null;
}

/** What it calls the job, for whoever looks into its log: `{ "id": "…" }`. */
function externalIdOf(text: string): string | null {
  try {
    const { id } = JSON.parse(text) as { id?: unknown };
    return typeof id === "string" && /^[\x21-\x7e]{1,300}$/.test(id) ? id : null;
  } catch {
    return null;
  }
}
