/** What is asked for, in the person's own words. */
export const MAX_PROMPT_CHARS = 4000;
