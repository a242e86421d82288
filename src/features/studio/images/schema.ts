import { z } from "zod";
import { cursorSchema } from "@/lib/keyset";
import { unset } from "@/lib/query-string";
import { count, inputPictureSchema, promptSchema } from "../inputs/schema";

export const IMAGES_PAGE_SIZE = 12;
export const MAX_IMAGES = 4;
/** Most pictures that are deleted at once. */
export const MAX_CHOSEN = 100;

/** Width and height in pixels; each of a ratio that models know. */
export const SIZES = ["1024x1024", "512x512", "1280x960", "960x1280", "1536x864", "864x1536"] as const;
export const FORMATS = ["PNG", "JPEG", "WEBP"] as const;
export const STYLES = ["vivid", "calm", "geometric", "sketch"] as const;
export const QUALITIES = ["standard", "hd"] as const;

export const generateImagesSchema = z.strictObject({
  prompt: promptSchema,
  numImages: count(1, MAX_IMAGES).default(1),
  size: z.enum(SIZES).default("1024x1024"),
  format: z.enum(FORMATS).default("PNG"),
  style: z.union([unset, z.enum(STYLES)]).optional(),
  quality: z.enum(QUALITIES).default("standard"),
  inputImageId: inputPictureSchema,
});

export const imagesQuerySchema = z.strictObject({ cursor: cursorSchema.optional() });
export const imageIdSchema = z.strictObject({ id: z.uuid().toLowerCase() });
export const chosenImagesSchema = z.strictObject({ ids: z.array(z.uuid().toLowerCase()).min(1).max(MAX_CHOSEN) });
