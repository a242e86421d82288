const MAX_WORDS_CHARS = 60;

/** A file's name made of the prompt's first words: "a-lit-doorway-2.png". */
export function nameOf(prompt: string, index: number, extension: string, otherwise: string): string {
  const words = prompt
    .slice(0, MAX_WORDS_CHARS * 2)
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, "-")
    .slice(0, MAX_WORDS_CHARS)
    .replace(/\p{Surrogate}/gu, "")
    .replace(/^-+|-+$/g, "");
  return `${words || otherwise}-${index + 1}.${extension}`;
}
