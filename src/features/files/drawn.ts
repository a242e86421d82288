import "server-only";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { NoPicture, redrawPicture, type Size } from "@/lib/pictures";
import type { Storage } from "@/storage/storage";
import { MAX_AVATAR_BYTES, MAX_COVER_BYTES } from "./limits";

/** Hexadecimal digits of the SHA-256 that names a picture: 160 bits. */
const HASH_DIGITS = 40;

/** What a picture can be for, and how large it may come. */
export const DRAWN = {
  avatar: { kind: "AVATAR", name: "avatar.webp", maxBytes: MAX_AVATAR_BYTES },
  cover: { kind: "COVER", name: "cover.webp", maxBytes: MAX_COVER_BYTES },
} as const;
export type Use = keyof typeof DRAWN;

/** What was drawn, as the columns of its row. */
export interface Drawn {
  key: string;
  sizeBytes: number;
  contentType: string;
  width: number;
  height: number;
}

interface Arrived {
  uploadKey: string | null;
  sizeBytes: bigint;
}

/**
 * Draws the picture that arrived at `from` anew, and stores it at a key that says what it shows; the message key of a problem where
 * it is none. Below the place of its upload, so that the sweep finds what a crash leaves; drawn twice, it is the same object.
 */
export async function draw(store: Storage, from: string, { uploadKey, sizeBytes }: Arrived, size: Size): Promise<Drawn | string> {
  const bytes = await store.readRange(from, 0, Number(sizeBytes) - 1);
  if (!bytes) return "upload_missing";
  const drawn = await redrawPicture(bytes, { ...size, fill: true }).catch(problem);
  if (typeof drawn === "string") return drawn;
  const hash = createHash("sha256").update(drawn.bytes).digest("hex").slice(0, HASH_DIGITS);
  const kept = { key: `${uploadKey}-${hash}`, sizeBytes: drawn.bytes.byteLength, contentType: "image/webp" };
  await store.put(kept.key, Readable.from([drawn.bytes]), kept);
  return { ...kept, width: drawn.width, height: drawn.height };
}

/** The address of the avatar that lies at this key: another picture has another, so it may be kept for ever. */
export function avatarAddress({ ownerId, key }: { ownerId: string; key: string }): string {
  return `/api/avatars/${ownerId}/${key.slice(-HASH_DIGITS)}`;
}

function problem(error: unknown): string {
  if (!(error instanceof NoPicture)) throw error;
  return error.reason === "broken" ? "picture_broken" : "picture_pixels";
}
