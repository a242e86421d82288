import sharp, { type Sharp } from "sharp";

/** The most pixels that are decoded: 50,000 x 50,000 would take ten gigabytes. */
const MAX_PIXELS = 50_000_000;
const FORMATS = new Set(["jpeg", "png", "webp", "gif", "heif"]);
/** How long one picture may take. */
const SECONDS = 20;

/** Not a picture, a broken one, or one of too many pixels. */
export class NoPicture extends Error {
  override readonly name = "NoPicture";

  constructor(
    readonly reason: "too_many_pixels" | "broken",
    cause?: unknown,
  ) {
    super(reason, { cause });
  }
}

export interface Size {
  width: number;
  height: number;
}

/** Format and size in pixels as it is shown, by the head of the picture alone; throws NoPicture. Vector graphics are none. */
export async function measurePicture(bytes: Uint8Array): Promise<Size & { format: string }> {
  const { format, autoOrient } = await opened(() => open(bytes).metadata());
  if (!format || !FORMATS.has(format)) throw new NoPicture("broken");
  return { format, ...autoOrient };
}

/**
 * The picture anew as WebP of exactly (`fill`) or at most this size, the right way up, without metadata, its colours as sRGB; of a
 * moving one the first frame. What was hidden in the file does not survive. Throws NoPicture.
 */
export async function redrawPicture(
  bytes: Uint8Array,
  { width, height, fill }: Size & { fill: boolean },
): Promise<{ bytes: Buffer } & Size> {
  await measurePicture(bytes);
  const drawn = open(bytes)
    .autoOrient()
    .resize({ width, height, fit: fill ? "cover" : "inside", withoutEnlargement: !fill, position: "attention" })
    .webp({ quality: 80 });
  const { data, info } = await opened(() => drawn.toBuffer({ resolveWithObject: true }));
  return { bytes: data, width: info.width, height: info.height };
}

/** The picture as a JPEG of the same size, on white: what readers of documents have known longest. Throws NoPicture. */
export async function jpegOf(bytes: Uint8Array): Promise<Buffer> {
  return opened(() => open(bytes).flatten({ background: "white" }).jpeg({ quality: 85 }).toBuffer());
}

function open(bytes: Uint8Array): Sharp {
  return sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: "error", pages: 1 }).timeout({ seconds: SECONDS });
}

async function opened<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof NoPicture) throw error;
    const tooMany = error instanceof Error && /pixel limit/i.test(error.message);
    throw new NoPicture(tooMany ? "too_many_pixels" : "broken", error);
  }
}
