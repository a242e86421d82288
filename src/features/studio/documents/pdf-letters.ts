import type { Manuscript } from "./manuscript";

/** Of each part so much is looked at: its language does not change behind it. */
const LOOKED_AT = 20_000;
/** A name or a quotation in another script is a sign that something is missing; a whole text of such signs is none. */
const MOST_MISSING = 0.1;
const LETTER = /\p{L}/gu;
const DRAWN = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Common}\p{Script=Inherited}]/u;

/** Whether the PDF's fonts have the letters that this is written in: Latin, Greek and Cyrillic. */
export function hasLettersFor({ title, lead, chapters }: Pick<Manuscript, "title" | "lead" | "chapters">): boolean {
  const parts = [title, lead, ...chapters.flatMap((chapter) => [chapter.title ?? "", chapter.content])];
  const letters = parts.flatMap((part) => part.slice(0, LOOKED_AT).match(LETTER) ?? []);
  return letters.filter((letter) => !DRAWN.test(letter)).length <= letters.length * MOST_MISSING;
}
