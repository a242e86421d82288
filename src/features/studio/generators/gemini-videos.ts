import "server-only";
import { ApiError, GenerateVideosOperation, type GoogleGenAI } from "@google/genai";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { storage } from "@/storage";
import { putSpooled } from "@/storage/spool";
import { aboutResult } from "../jobs/about-result";
import { report } from "../jobs/results";
import { GenerationFailed } from "../jobs/run";
import { advance } from "../jobs/transition";
import { type AskedFilm, askedForFilm } from "./bundled-videos";
import { takeIn, takeLeft } from "./delivery";
import type { Generator, Work } from "./generator";
import { inputPicture } from "./input-picture";

const POLL_SECONDS = 10;
/** A film takes one to six minutes: how far it is, nobody says. */
const USUAL_MS = 180_000;
/** google.rpc.Code */
const [INVALID_ARGUMENT, RESOURCE_EXHAUSTED] = [3, 8];
const DOWNLOAD_MS = 300_000;

type Place = Work["places"][number];

/** In the place of an operation's name: Google is being asked to begin, and nobody has heard yet whether it did. */
const ASKING = "asking";

/**
 * One film after the other, because the models make one at a time: an operation at Google's, whose name is kept, with the
 * place its film belongs to, before anybody asks how it is. Whoever goes on after a crash asks for the same. Where nobody heard
 * whether one began, none is begun beside it, which would be paid for twice: Google's list of operations tells nothing of who asked.
 */
export async function geminiVideos(work: Work, client: GoogleGenAI, signal: AbortSignal): ReturnType<Generator["step"]> {
  const [place] = work.places;
  if (!place) return "done";
  const asked = await askedForFilm(work);
  if (await takeLeft(work, place)) return { againInSeconds: 0 };
  const name = operationOf(work, place);
  if (name === ASKING) throw new GenerationFailed("generator_unsure");
  if (!name) {
    await begin(work, place, asked, client, signal);
    return { againInSeconds: POLL_SECONDS };
  }
  const operation = Object.assign(new GenerateVideosOperation(), { name });
  const seen = await client.operations.getVideosOperation({ operation, config: { abortSignal: signal } });
  if (!seen.done) {
    await report(work, { step: "generating", progress: await guessed(work, place, asked) });
    return { againInSeconds: POLL_SECONDS };
  }
  await fetchFilm(work, place, seen, signal);
  return work.places.length > 1 ? { againInSeconds: 0 } : "done";
}

/** "0 models/veo/operations/x": the operation of the first film. */
function operationOf({ externalId }: Work, { index }: Place): string | undefined {
  const [of, name] = externalId?.split(" ") ?? [];
  return of === String(index) ? name : undefined;
}

async function begin(work: Work, place: Place, asked: AskedFilm, client: GoogleGenAI, signal: AbortSignal): Promise<void> {
  const { prompt, aspectRatio, durationSeconds, personGeneration, inputImageId } = asked;
  const input = inputImageId ? await inputPicture(work.ownerId, inputImageId) : undefined;
  if (!(await note(work, place, ASKING))) return;
  const operation = await client.models
    .generateVideos({
      model: env().GEMINI_MODEL_VIDEO,
      source: { prompt, ...(input && { image: { imageBytes: input.bytes.toString("base64"), mimeType: input.contentType } }) },
      config: {
        numberOfVideos: 1,
        aspectRatio,
        durationSeconds,
        // With a picture to begin with, the models take no other word.
        personGeneration: personGeneration === "ALLOW_ALL" && input ? "allow_adult" : personGeneration.toLowerCase(),
        abortSignal: signal,
      },
    })
    .catch(async (error: unknown) => {
      if (!(error instanceof ApiError && isRefusal(error))) throw new GenerationFailed("generator_unsure", error);
      await note(work, place, null);
      throw error;
    });
  if (!operation.name) throw new GenerationFailed("generator_failed");
  await note(work, place, operation.name);
}

/** Who answers that, has begun nothing; what else there is of 5xx, a gateway says too where the model behind it has begun. */
function isRefusal({ status }: ApiError): boolean {
  return (status >= 400 && status < 500) || status === 503;
}

/** Keeps what is known of the operation; false when the attempt has ended meanwhile. */
function note(work: Work, { index }: Place, name: string | null): Promise<boolean> {
  const externalId = name && `${index} ${name}`;
  return db().$transaction((tx) => advance(tx, work, { status: "PROCESSING", step: "generating", externalId }));
}

/** By the clock: it nears the film's end, and stays below it. */
async function guessed(work: Work, { index }: Place, { numberOfVideos }: AskedFilm): Promise<number> {
  const { startedAt } = await db().job.findUniqueOrThrow({ where: { id: work.id }, select: { startedAt: true } });
  const share = 1 - Math.exp((-(Date.now() - (startedAt?.getTime() ?? Date.now())) / USUAL_MS) * 1.5);
  return Math.floor((100 * Math.min(index + share, index + 0.9)) / numberOfVideos);
}

async function fetchFilm(work: Work, place: Place, { name, response, error }: GenerateVideosOperation, signal: AbortSignal): Promise<void> {
  if (error) throw new GenerationFailed(reasonOf(error), error);
  const uri = response?.generatedVideos?.[0]?.video?.uri;
  if (!uri) throw new GenerationFailed(response?.raiMediaFilteredCount ? "generator_refused" : "result_missing", response);
  const began = Date.now();
  if (!(await report(work, { step: "downloading" }))) return;
  const sizeBytes = await putSpooled(storage(), place.uploadKey, await download(uri, place.maxBytes, signal), {
    contentType: place.contentType,
    signal,
  });
  await takeIn(work, place, async (...found) => {
    const about = await aboutResult("VIDEO")(...found);
    return about?.kind === "video" ? { ...about, remoteUri: uri.slice(0, 2000), metadata: { operation: name ?? null, sizeBytes } } : null;
  });
  await keepTimes(work, began);
}

function reasonOf({ code, message }: Record<string, unknown>) {
  if (code === RESOURCE_EXHAUSTED) return "generator_quota" as const;
  const refused = code === INVALID_ARGUMENT && /safety|polic|violat|prohibited|responsible/i.test(String(message));
  return refused ? ("generator_refused" as const) : ("generator_failed" as const);
}

/**
 * The film's bytes from Google's Files, by the name within the address we were given: the address itself, which is somebody
 * else's word, is not followed. (The SDK's own download waits for ever where the connection breaks.)
 */
async function download(uri: string, maxBytes: number, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  const { GEMINI_BASE_URL, GEMINI_API_KEY = "" } = env();
  const file = /\bfiles\/([A-Za-z0-9_-]{1,100})\b/.exec(uri)?.[1];
  if (!file) throw new GenerationFailed("result_missing", uri);
  const response = await fetch(`${GEMINI_BASE_URL.replace(/\/$/, "")}/v1beta/files/${file}:download?alt=media`, {
    headers: { "x-goog-api-key": GEMINI_API_KEY },
    signal: AbortSignal.any([signal, AbortSignal.timeout(DOWNLOAD_MS)]),
  });
  if (response.status === 429) throw new GenerationFailed("generator_quota");
  if (response.status === 404) throw new GenerationFailed("result_missing");
  if (!response.ok || !response.body) throw new Error(`the film's download answered ${response.status}`);
  return upTo(response.body, maxBytes);
}

/** Read as it is asked for: a stream of Node's own would break the process where the connection breaks before anybody listens. */
async function* upTo(body: ReadableStream<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (let seen = 0; ; ) {
      const { done, value } = await reader.read();
      if (done) return;
      seen += value.byteLength;
      if (seen > maxBytes) throw new GenerationFailed("result_wrong");
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function keepTimes({ id, videoGenerationId }: Work, began: number): Promise<void> {
  if (!videoGenerationId) return;
  const { startedAt } = await db().job.findUniqueOrThrow({ where: { id }, select: { startedAt: true } });
  const times = { generationTime: startedAt ? began - startedAt.getTime() : null, downloadTime: Date.now() - began };
  await db().videoGeneration.updateMany({ where: { id: videoGenerationId }, data: times });
}
