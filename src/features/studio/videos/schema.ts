import { z } from "zod";
import { cursorSchema } from "@/lib/keyset";
import { count, inputPictureSchema, promptSchema } from "../inputs/schema";
import { ASPECT_RATIOS, MAX_SECONDS, MAX_VIDEOS, MIN_SECONDS, PERSON_GENERATIONS } from "./limits";

export const VIDEOS_PAGE_SIZE = 12;
/** Most films that are deleted at once. */
export const MAX_CHOSEN = 100;

export const generateVideosSchema = z.strictObject({
  prompt: promptSchema,
  aspectRatio: z.enum(ASPECT_RATIOS).default("16:9"),
  numberOfVideos: count(1, MAX_VIDEOS).default(1),
  durationSeconds: count(MIN_SECONDS, MAX_SECONDS).default(MAX_SECONDS),
  personGeneration: z.enum(PERSON_GENERATIONS).default("ALLOW_ALL"),
  inputImageId: inputPictureSchema,
});

export const videosQuerySchema = z.strictObject({
  cursor: cursorSchema.optional(),
  /** What is shared with the organisation one looks at, instead of one's own. */
  shared: z.literal("1").optional(),
});
export const videoIdSchema = z.strictObject({ id: z.uuid().toLowerCase() });
export const chosenVideosSchema = z.strictObject({ ids: z.array(z.uuid().toLowerCase()).min(1).max(MAX_CHOSEN) });
