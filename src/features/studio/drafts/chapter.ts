import { MAX_TITLE_LENGTH } from "../documents/limits";
import { parseMarkdown, plainText } from "../documents/markdown";
import { titleSchema } from "../documents/schema";

/** What a title may not hold, or shows nothing of. */
const UNSEEN = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu;

/** A draft as a chapter: the heading it begins with is the title; where it begins with none, the words it was asked for by are. */
export function chapterOf(text: string, prompt: string): { title: string; content: string } {
  const [first = "", ...rest] = text.trimStart().split("\n");
  const [heading] = parseMarkdown(first);
  const isTitled = heading?.kind === "heading";
  const candidates = [isTitled ? plainText(heading.inlines) : "", ...prompt.split("\n"), "…"];
  return {
    title: candidates.map(shortened).find((title) => titleSchema.safeParse(title).success) ?? "…",
    content: isTitled ? rest.join("\n").trimStart() : text,
  };
}

/** Characters of two units each still fit. */
function shortened(title: string): string {
  return [...title.replace(UNSEEN, " ").trim()]
    .slice(0, MAX_TITLE_LENGTH / 2)
    .join("")
    .trim();
}
