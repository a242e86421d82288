/** What is larger than this comes in parts: a broken connection costs one of them, and not the file. */
export const MULTIPART_ABOVE_BYTES = 64_000_000;
/** Parts whose URLs are asked for at once. */
export const PARTS_SIGNED_AT_ONCE = 20;
