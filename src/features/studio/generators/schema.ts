import { z } from "zod";
import { line } from "@/lib/text";
import { DOCUMENT_FORMATS } from "../documents/schema";

/** Bytes of a message: none has more to say. */
export const MAX_MESSAGE_BYTES = 16_384;
const MAX_PLACES = 1_000;

const attempt = { jobId: z.uuid().toLowerCase(), attempt: z.number().int().min(1).max(1_000_000) };
const message = <Type extends string, Data extends z.ZodRawShape>(type: Type, data: Data) =>
  z.strictObject({ type: z.literal(type), timestamp: z.iso.datetime({ offset: true }).optional(), data: z.strictObject(data) });

/** What a generator says of a job. It names an attempt, and a result by its place: never a key, an owner or a type. */
export const generatorMessageSchema = z.discriminatedUnion("type", [
  message("generation.progress", {
    ...attempt,
    progress: z.number().int().min(0).max(100),
    step: z.enum(["queued", "generating", "downloading", "saving"]).optional(),
    message: line(300).optional(),
  }),
  message("generation.result", {
    ...attempt,
    index: z
      .number()
      .int()
      .min(0)
      .max(MAX_PLACES - 1),
  }),
  message("generation.completed", attempt),
  message("generation.failed", { ...attempt, reason: z.enum(["failed", "refused", "quota"]) }),
]);
export type GeneratorMessage = z.output<typeof generatorMessageSchema>;

/** Whether anybody still waits for the attempt: where not, its generator may stop. */
export const generatorAnswerSchema = z.strictObject({ listening: z.boolean() });

const url = z.url();
const place = z.strictObject({
  index: z.number().int().min(0),
  contentType: z.string(),
  maxBytes: z.number().int(),
  method: z.literal("PUT"),
  url,
  headers: z.record(z.string(), z.string()),
});
const documentParams = z.object({
  format: z.enum(DOCUMENT_FORMATS).describe("HTML is a page in a ZIP: its place is of the type application/zip."),
});
/** What is asked for, by kind: IMAGE, VIDEO, BOOK, BLOG. A picture to begin with is a signed URL, good until the deadline. */
const ask = z.union([
  z.object({
    prompt: z.string(),
    inputImageUrl: url.nullable(),
    numImages: z.number().int(),
    size: z.string(),
    format: z.string(),
    style: z.string().nullable(),
    quality: z.string(),
    model: z.string(),
  }),
  z.object({
    prompt: z.string(),
    aspectRatio: z.string(),
    numberOfVideos: z.number().int(),
    durationSeconds: z.number().int(),
    personGeneration: z.string(),
    model: z.string(),
    inputImage: z.object({ url, contentType: z.string() }).optional(),
  }),
  z.object({
    title: z.string(),
    description: z.string(),
    language: z.string(),
    chapters: z.array(z.object({ title: z.string(), content: z.string() })),
    params: documentParams,
  }),
  z.object({
    title: z.string(),
    content: z.string(),
    excerpt: z.string(),
    tags: z.array(z.string()),
    language: z.string(),
    params: documentParams,
  }),
]);
/** What an outside generator is sent, as docs/openapi.json has it: an attempt, and a place for each result. */
export const generationRequestSchema = z.strictObject({
  type: z.literal("generation.requested"),
  timestamp: z.iso.datetime(),
  data: z.strictObject({
    ...attempt,
    kind: z.enum(["IMAGE", "VIDEO", "BOOK", "BLOG"]),
    deadlineAt: z.iso.datetime(),
    ask,
    places: z.array(place),
    callbackUrl: url,
  }),
});
export const generationCancelledSchema = z.strictObject({
  type: z.literal("generation.cancelled"),
  timestamp: z.iso.datetime(),
  data: z.strictObject({ ...attempt, externalId: z.string().nullable() }),
});
