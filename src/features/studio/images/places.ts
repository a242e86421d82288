import { nameOf } from "../inputs/names";
import type { Place } from "../jobs/start";
import type { FORMATS, SIZES } from "./limits";

const EXTENSIONS = { PNG: "png", JPEG: "jpg", WEBP: "webp" } as const;
/** No format takes more than the pixels themselves and a little. */
const BYTES_A_PIXEL = 4;
const HEAD_BYTES = 100_000;

interface Asked {
  prompt: string;
  numImages: number;
  size: (typeof SIZES)[number];
  format: (typeof FORMATS)[number];
}

/** A place for each picture that is asked for. */
export function placesOf({ prompt, numImages, size, format }: Asked): Place[] {
  const [width = 0, height = 0] = size.split("x").map(Number);
  return Array.from({ length: numImages }, (_, index) => ({
    name: nameOf(prompt, index, EXTENSIONS[format], "picture"),
    contentType: `image/${format.toLowerCase()}`,
    kind: "IMAGE",
    maxBytes: width * height * BYTES_A_PIXEL + HEAD_BYTES,
  }));
}
