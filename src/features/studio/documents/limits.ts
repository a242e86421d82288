/** Characters of a chapter or a post; the database says the same. */
export const MAX_CONTENT_LENGTH = 1_000_000;
export const MAX_TITLE_LENGTH = 200;
/** Offered first; any other language tag is as good to the API. */
export const LANGUAGES = ["en", "fr", "de", "es", "it", "pt", "nl", "pl", "el", "ru", "uk", "bg"] as const;
