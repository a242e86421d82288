export const MAX_TAGS = 10;
export const MAX_EXCERPT_LENGTH = 500;
