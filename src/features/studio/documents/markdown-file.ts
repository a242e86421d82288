import type { Manuscript } from "./manuscript";

/** What was written, as it was written, below the titles. */
export function makeMarkdown({ title, lead, author, chapters }: Manuscript): Buffer {
  const parts = [
    `# ${title}`,
    author,
    lead,
    ...chapters.flatMap((chapter) => [chapter.title === null ? "" : `## ${chapter.title}`, chapter.content]),
  ];
  return Buffer.from(
    `${parts
      .map((part) => part.trim())
      .filter(Boolean)
      .join("\n\n")}\n`,
  );
}
