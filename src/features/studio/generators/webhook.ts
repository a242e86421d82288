import "server-only";
import { db, type JobKind, type Transaction } from "@/lib/db";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { aboutResult } from "../jobs/about-result";
import { complete, fail, report, takeResult } from "../jobs/results";
import { type Attempt, type Failure, LIVING } from "../jobs/transition";
import { type GeneratorMessage, generatorMessageSchema, MAX_MESSAGE_BYTES } from "./schema";
import { verifiedId } from "./signature";

const FAILURES = { failed: "generator_failed", refused: "generator_refused", quota: "generator_quota" } as const;
/** When a store that does not show an upload yet may show it. */
const AGAIN_SECONDS = 5;

interface Listening extends Attempt {
  kind: JobKind;
}
/** Notes that the message was taken, in the transaction of its effect; throws TakenBefore. */
type Once = (tx: Transaction) => Promise<void>;

/**
 * Takes what a generator says, by its signature alone: once for each webhook-id, however often and in whatever order it arrives.
 * Of an attempt that has ended nothing changes, and the answer says so. Throws "not_found" where no generator is awaited,
 * "unauthenticated" for a wrong or old signature, "invalid" for what it does not know, and "conflict" with a Retry-After for
 * results whose bytes are not there: the same message may be sent again.
 */
export async function takeMessage(headers: Pick<Headers, "get">, bytes: ArrayBuffer): Promise<{ listening: boolean }> {
  if (env().WEBHOOK_SECRETS.length === 0) throw new AppError("not_found");
  if (bytes.byteLength > MAX_MESSAGE_BYTES) throw new AppError("too_large");
  const body = Buffer.from(bytes).toString("utf8");
  const id = verifiedId(headers, body);
  if (id === null) throw new AppError("unauthenticated", "wrong_signature");
  const { type, data } = generatorMessageSchema.parse(parsed(body));
  const job = await listening(data);
  if (!job) return { listening: false };
  const once: Once = async (tx) => {
    const { count } = await tx.webhookDelivery.createMany({ data: [{ id }], skipDuplicates: true });
    if (count === 0) throw new TakenBefore();
  };
  try {
    await apply(job, { type, data } as GeneratorMessage, once);
  } catch (error) {
    if (!(error instanceof TakenBefore)) throw error;
  }
  return { listening: (await listening(data)) !== null };
}

async function apply(job: Listening, { type, data }: GeneratorMessage, once: Once): Promise<void> {
  if (type === "generation.progress") await report(job, data, once);
  else if (type === "generation.failed") await fail(job, FAILURES[data.reason], once);
  else if (type === "generation.result") await judge(job, await takeResult(job, data.index, aboutResult(job.kind), once), once);
  else {
    for (const index of await emptyPlaces(job)) await judge(job, await takeResult(job, index, aboutResult(job.kind)), once);
    await judge(job, await complete(job, once), once);
  }
}

/** What is missing may still arrive; what is wrong ends the attempt. */
async function judge(job: Listening, wrong: Failure | null, once: Once): Promise<void> {
  if (wrong === "result_wrong") await fail(job, wrong, once);
  // Cancelled, or completed by another message, since this one began: nothing is missing.
  else if (wrong && (await listening({ jobId: job.id, attempt: job.attempt })))
    throw new AppError("conflict", "results_missing", { retryAfter: AGAIN_SECONDS });
}

/** The attempt, while it is one of an outside generator's and has not ended. */
async function listening({ jobId, attempt }: { jobId: string; attempt: number }): Promise<Listening | null> {
  return db().job.findFirst({
    where: { id: jobId, attempt, generator: "OUTSIDE", status: { in: LIVING } },
    select: { id: true, attempt: true, kind: true },
  });
}

async function emptyPlaces({ id, attempt }: Attempt): Promise<number[]> {
  const places = await db().file.findMany({
    where: { jobId: id, status: "PENDING", job: { attempt } },
    select: { jobIndex: true },
    orderBy: { jobIndex: "asc" },
  });
  return places.flatMap(({ jobIndex }) => jobIndex ?? []);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new AppError("invalid", "malformed_json");
  }
}

class TakenBefore extends Error {}
