/** What is larger than this comes in parts, at every store: a broken connection costs one of them, and not the file. */
export const MULTIPART_ABOVE_BYTES = 64_000_000;
/** Parts whose URLs are asked for at once. */
export const PARTS_SIGNED_AT_ONCE = 20;
/** Of a person's picture, as it is sent; what is kept of it is smaller. */
export const MAX_AVATAR_BYTES = 2_000_000;
/** Of the cover of a book or a post, likewise. */
export const MAX_COVER_BYTES = 5_000_000;
/** What a picture may be before it is drawn anew. */
export const PICTURE_TYPES = ["image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"] as const;
