import { z } from "zod";
import { cursorSchema } from "@/lib/keyset";
import { unset } from "@/lib/query-string";
import { count, inputPictureSchema, promptSchema } from "../inputs/schema";
import { FORMATS, MAX_IMAGES, QUALITIES, SIZES, STYLES } from "./limits";

export const IMAGES_PAGE_SIZE = 12;
/** Most pictures that are deleted at once. */
export const MAX_CHOSEN = 100;

export const generateImagesSchema = z.strictObject({
  prompt: promptSchema,
  numImages: count(1, MAX_IMAGES).default(1),
  size: z.enum(SIZES).default("1024x1024"),
  format: z.enum(FORMATS).default("PNG"),
  style: z.union([unset, z.enum(STYLES)]).optional(),
  quality: z.enum(QUALITIES).default("standard"),
  inputImageId: inputPictureSchema,
});

export const imagesQuerySchema = z.strictObject({
  cursor: cursorSchema.optional(),
  /** What is shared with the organisation one looks at, instead of one's own. */
  shared: z.literal("1").optional(),
});
export const imageIdSchema = z.strictObject({ id: z.uuid().toLowerCase() });
export const chosenImagesSchema = z.strictObject({ ids: z.array(z.uuid().toLowerCase()).min(1).max(MAX_CHOSEN) });
