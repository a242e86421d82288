import "server-only";
import { ApiError, GoogleGenAI } from "@google/genai";
import type { JobKind } from "@/lib/db";
import { env } from "@/lib/env";
import { GenerationFailed } from "../jobs/run";
import { geminiImages } from "./gemini-images";
import { geminiText } from "./gemini-text";
import { geminiVideos } from "./gemini-videos";
import type { Generator, Work } from "./generator";

/** A picture or a text may take its time; a film is asked about again and again, each time for a moment. */
const TIMEOUT_MS = 120_000;

const MODELS: Record<JobKind, (work: Work, client: GoogleGenAI, signal: AbortSignal) => ReturnType<Generator["step"]>> = {
  IMAGE: geminiImages,
  VIDEO: geminiVideos,
  BOOK: geminiText,
  BLOG: geminiText,
};

/** Google's models, by the key in GEMINI_API_KEY: pictures and texts at once, films by asking until they are there. */
export const gemini: Generator = {
  step: (work, signal) => withReasons(() => MODELS[work.kind](work, client(), signal)),
};

function client(): GoogleGenAI {
  const { GEMINI_API_KEY: apiKey, GEMINI_BASE_URL: baseUrl } = env();
  // The key was there when the job began; whoever took it away wants nothing made.
  if (!apiKey) throw new GenerationFailed("generator_failed");
  // Without retries of its own: the job's are counted, and survive the process.
  return new GoogleGenAI({ apiKey, vertexai: false, httpOptions: { baseUrl, timeout: TIMEOUT_MS } });
}

/** What a status of Google's means for the job: no quota and a wrong request end it, anything that may pass is tried again. */
async function withReasons<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 429) throw new GenerationFailed("generator_quota", error);
    const isOurs = error.status >= 400 && error.status < 500 && error.status !== 408;
    throw isOurs ? new GenerationFailed("generator_failed", error) : error;
  }
}
