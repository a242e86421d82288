export const MAX_IMAGES = 4;
/** Width and height in pixels; each of a ratio that models know. */
export const SIZES = ["1024x1024", "512x512", "1280x960", "960x1280", "1536x864", "864x1536"] as const;
export const FORMATS = ["PNG", "JPEG", "WEBP"] as const;
export const STYLES = ["vivid", "calm", "geometric", "sketch"] as const;
export const QUALITIES = ["standard", "hd"] as const;
