import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import sharp, { type OverlayOptions, type Sharp } from "sharp";
import type { ImageFormat } from "@/lib/db";
import { backdrop, random } from "./backdrop";

/** Pictures of more are not decoded: a small file can claim any number. */
export const MAX_INPUT_PIXELS = 50_000_000;
/** A font that is there wherever the site runs: a slim image has none. Texts in other scripts use the machine's own. */
const FONT_FILE = join("node_modules", "next", "dist", "compiled", "@vercel", "og", "Geist-Regular.ttf");
const LABEL = "Demonstration";
const MAX_WORDS_CHARS = 140;

export interface Picture {
  prompt: string;
  style: string | null;
  /** Which of several it is: each looks different, and each is the same whenever it is made. */
  index: number;
  width: number;
  height: number;
  /** Where it begins: a picture of the person's own. */
  input?: Buffer | undefined;
}

/**
 * A picture composed of the prompt: colours and shapes follow from a hash of prompt, style and index, the prompt's words stand
 * below, and a label says what it is. No model has seen it. Made outside of the event loop, always the same for the same input.
 */
export async function composePicture(picture: Picture): Promise<Sharp> {
  const { width, height } = picture;
  const layers = await Promise.all([scene(picture), label(picture)]);
  return sharp({ create: { width, height, channels: 3, background: "#1c1917" } })
    .composite(layers.flat())
    .withExif({ IFD0: { Software: "Foyer", ImageDescription: "Made by Foyer as a demonstration; no model was asked." } });
}

/** The picture in the format and quality that were asked for. */
export function encoded(picture: Sharp, format: ImageFormat, quality: "standard" | "hd"): Promise<Buffer> {
  const percent = quality === "hd" ? 92 : 80;
  if (format === "JPEG") return picture.jpeg({ quality: percent }).toBuffer();
  if (format === "WEBP") return picture.webp({ quality: percent }).toBuffer();
  return picture.png({ compressionLevel: quality === "hd" ? 9 : 6 }).toBuffer();
}

/** What stands behind the label, to fill the whole picture. */
export async function scene({ prompt, style, index, width, height, input }: Picture): Promise<OverlayOptions[]> {
  const seed = createHash("sha256")
    .update(JSON.stringify([prompt, style, index]))
    .digest();
  const shapes = { input: Buffer.from(backdrop({ width, height, style, next: random(seed), isVeil: input !== undefined })) };
  if (!input) return [shapes];
  const own = await sharp(input, { limitInputPixels: MAX_INPUT_PIXELS })
    .autoOrient()
    .resize(width, height, { fit: "cover" })
    .removeAlpha()
    .png()
    .toBuffer();
  return [{ input: own }, shapes];
}

/** The prompt's words, and that this is a demonstration. */
export async function label({ prompt, width, height }: Pick<Picture, "prompt" | "width" | "height">): Promise<OverlayOptions[]> {
  const short = Math.min(width, height);
  const margin = Math.round(short * 0.05);
  const words = shown(prompt);
  const size = Math.max(11, Math.round(short * (words.length > 80 ? 0.032 : words.length > 30 ? 0.042 : 0.06)));
  const [below, above] = await Promise.all([
    text(words, size, width - 2 * margin),
    text(LABEL, Math.max(10, Math.round(short * 0.034)), width - 2 * margin),
  ]);
  const pad = Math.round(short * 0.016);
  const pill = { width: above.width + 4 * pad, height: above.height + 2 * pad };
  const shade = Math.min(height, below.height + 4 * margin);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs><linearGradient id="g" x2="0" y2="1"><stop stop-color="#000" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity=".72"/></linearGradient></defs>
<rect y="${height - shade}" width="${width}" height="${shade}" fill="url(#g)"/><rect x="${width - margin - pill.width}" y="${margin}" width="${pill.width}" height="${pill.height}" rx="${pill.height / 2}" fill="#000" fill-opacity=".6"/></svg>`;
  return [
    { input: Buffer.from(svg) },
    { input: above.bytes, left: Math.max(0, width - margin - 2 * pad - above.width), top: margin + pad },
    { input: below.bytes, left: margin, top: Math.max(0, height - margin - below.height) },
  ];
}

/** Only what shows: a character that is none would make the text unreadable as a whole. */
function shown(prompt: string): string {
  const words = prompt
    .replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S}]+/gu, " ")
    .normalize("NFC")
    .trim();
  const characters = [...words];
  return characters.length > MAX_WORDS_CHARS ? `${characters.slice(0, MAX_WORDS_CHARS).join("").trimEnd()}…` : words || LABEL;
}

async function text(words: string, size: number, width: number): Promise<{ bytes: Buffer; width: number; height: number }> {
  const { data, info } = await sharp({
    text: {
      text: `<span foreground="#ffffff">${escaped(words)}</span>`,
      font: `Geist ${size}`,
      ...(existsSync(FONT_FILE) && { fontfile: FONT_FILE }),
      dpi: 72,
      width,
      wrap: "word-char",
      rgba: true,
    },
  })
    .png()
    .toBuffer({ resolveWithObject: true });
  return { bytes: data, width: info.width, height: info.height };
}

/** Pango's markup is XML: what somebody typed stays words. */
function escaped(words: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return words.replace(/[&<>"']/g, (character) => entities[character] ?? "");
}
