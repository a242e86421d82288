import "server-only";
import { db, type StorageProvider } from "@/lib/db";
import { siteLink, siteOrigin } from "@/lib/site-link";
import { storage, storageOf } from "@/storage";
import { GenerationFailed } from "../jobs/run";
import type { Work } from "./generator";
import { fileIdIn } from "./input-picture";

const MAX_EXPIRES_SECONDS = 3_600;

/** What an outside generator is sent of an attempt: what is asked for, where the results go, and where it says how far it is. */
export async function requestOf(work: Work) {
  const { id: jobId, attempt, kind, deadlineAt } = work;
  const { ask, inputFileId } = await asked(work);
  const places = await Promise.all(work.places.map(place(expiresIn(deadlineAt))));
  const data = { jobId, attempt, kind, deadlineAt, ask, places, callbackUrl: siteLink("/api/webhooks/generation") };
  return { message: { type: "generation.requested", timestamp: new Date(), data }, inputFileId };
}

/** A signed URL for the bytes of each result: of that type, no longer than that, until the attempt's deadline. */
function place(expiresIn: number) {
  return async ({ index, uploadKey, contentType, maxBytes }: Work["places"][number]) => {
    const { url, method, headers } = await storage().presignUpload(uploadKey, { contentType, maxBytes, expiresIn });
    return { index, contentType, maxBytes, method, url: absolute(url), headers };
  };
}

/** The row the job is for, in the words of the one who asked; and the picture it begins with, for the audit log. */
async function asked(work: Work): Promise<{ ask: object | null; inputFileId?: string }> {
  const { imageGenerationId, videoGenerationId, bookId, blogPostId, params } = work;
  if (imageGenerationId) return pictures(work, imageGenerationId);
  if (videoGenerationId) return film(videoGenerationId, expiresIn(work.deadlineAt));
  if (bookId) {
    const book = await db().book.findUnique({ where: { id: bookId }, select: BOOK });
    return { ask: book && { ...book, params } };
  }
  const post = blogPostId && (await db().blogPost.findUnique({ where: { id: blogPostId }, select: POST }));
  return { ask: post ? { ...post, params } : null };
}

/** The address of the picture it begins with is one for people: an outside generator gets a signed URL in its place. */
async function pictures({ ownerId, deadlineAt }: Work, id: string): Promise<{ ask: object | null; inputFileId?: string }> {
  const ask = await db().imageGeneration.findUnique({ where: { id }, select: PICTURES });
  const inputFileId = fileIdIn(ask?.inputImageUrl ?? null);
  if (!ask || !inputFileId) return { ask: ask && { ...ask, inputImageUrl: null } };
  const file = await db().file.findFirst({ where: { id: inputFileId, ownerId, kind: "IMAGE", status: "READY" }, select: INPUT });
  if (!file) throw new GenerationFailed("input_missing");
  return { ask: { ...ask, inputImageUrl: await signedUrl(file, expiresIn(deadlineAt)) }, inputFileId };
}

async function film(id: string, expiresIn: number): Promise<{ ask: object | null; inputFileId?: string }> {
  const row = await db().videoGeneration.findUnique({ where: { id }, select: FILMS });
  if (!row) return { ask: null };
  const { inputImage, ...ask } = row;
  if (inputImage?.status !== "READY") return { ask };
  const { id: inputFileId, contentType } = inputImage;
  return { ask: { ...ask, inputImage: { url: await signedUrl(inputImage, expiresIn), contentType } }, inputFileId };
}

interface Input {
  key: string;
  provider: StorageProvider;
  name: string;
  contentType: string;
}

async function signedUrl({ key, provider, name: filename, contentType }: Input, expiresIn: number): Promise<string> {
  const { url } = await storageOf(provider).presignDownload(key, { filename, contentType, disposition: "attachment", expiresIn });
  return absolute(url);
}

const INPUT = { id: true, key: true, provider: true, name: true, contentType: true, status: true } as const;
const PICTURES = {
  prompt: true,
  inputImageUrl: true,
  numImages: true,
  size: true,
  format: true,
  style: true,
  quality: true,
  model: true,
} as const;
const FILMS = {
  prompt: true,
  aspectRatio: true,
  numberOfVideos: true,
  durationSeconds: true,
  personGeneration: true,
  model: true,
  inputImage: { select: INPUT },
} as const;
const BOOK = {
  title: true,
  description: true,
  language: true,
  chapters: { select: { title: true, content: true }, orderBy: { position: "asc" } },
} as const;
const POST = { title: true, content: true, excerpt: true, tags: true, language: true } as const;

/** Seconds until the deadline, as long as a URL may live. */
function expiresIn(deadlineAt: Date): number {
  return Math.min(MAX_EXPIRES_SECONDS, Math.max(1, Math.ceil((deadlineAt.getTime() - Date.now()) / 1000)));
}

/** The LOCAL store's URLs are paths of this site; whoever works elsewhere needs its address too. */
function absolute(url: string): string {
  return new URL(url, siteOrigin()).href;
}
