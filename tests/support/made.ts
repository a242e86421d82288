import { Readable } from "node:stream";
import sharp from "sharp";
import { storage } from "@/storage";

/** A real PNG of one colour. */
export function png(width = 64, height = 48): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: "#c2410c" } })
    .png()
    .toBuffer();
}

/** Puts bytes at a place's upload key, as a generator's PUT does. */
export async function arrive(uploadKey: string, bytes: Buffer, contentType = "image/png"): Promise<void> {
  await storage().put(uploadKey, Readable.from([bytes]), { sizeBytes: bytes.byteLength, contentType });
}
