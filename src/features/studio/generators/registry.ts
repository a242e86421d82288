import "server-only";
import type { GeneratorName, JobKind } from "@/lib/db";
import { env } from "@/lib/env";
import { GenerationFailed } from "../jobs/run";
import { bundledDocuments } from "./bundled-documents";
import { bundledImages } from "./bundled-images";
import { bundledVideos } from "./bundled-videos";
import { gemini } from "./gemini";
import type { Generator } from "./generator";
import { outside } from "./outside";

/** Who makes each kind of thing here, with nothing installed and no key. */
const BUNDLED: Record<JobKind, Generator> = {
  IMAGE: bundledImages,
  VIDEO: bundledVideos,
  BOOK: bundledDocuments,
  BLOG: bundledDocuments,
};

/** Everybody who does the work of jobs, by the name that a job keeps. */
export const GENERATORS: Partial<Record<GeneratorName, Generator>> = {
  OUTSIDE: outside,
  BUNDLED: {
    step: (work, signal) => BUNDLED[work.kind]?.step(work, signal) ?? Promise.reject(new GenerationFailed("generator_failed")),
  },
  GEMINI: gemini,
};

/** Who makes what is asked for now: the team's own backend where there is one, then the models a key opens, then Foyer itself. */
export function generatorOf(kind: JobKind): GeneratorName {
  if (env().GENERATOR_URL) return "OUTSIDE";
  return env().GEMINI_API_KEY && (kind === "IMAGE" || kind === "VIDEO") ? "GEMINI" : "BUNDLED";
}
