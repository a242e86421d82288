import "server-only";
import { db } from "@/lib/db";
import type { Zip } from "@/lib/zip";
import { PAGE, pages } from "./pages";

const GENERATION = { id: true, prompt: true, model: true, status: true, organizationId: true, createdAt: true, completedAt: true } as const;

/** The organisations somebody belongs to, as what and since when. */
export async function organizationsOf(userId: string) {
  const rows = await db().organizationMember.findMany({
    where: { userId },
    select: { role: true, createdAt: true, organization: { select: { id: true, name: true } } },
    orderBy: { createdAt: "asc" },
  });
  return rows.map(({ role, createdAt, organization }) => ({ ...organization, role, since: createdAt }));
}

/**
 * Adds what somebody asked generators for, line by line, and what they wrote: a Markdown file for each chapter and each post, with
 * what is known of it at its head. Each text is read when its turn comes.
 */
export async function addWorks(archive: Zip, userId: string): Promise<void> {
  archive.add("", "generations.jsonl", () => generationsOf(userId), { compress: true });
  for await (const { id, position, title, book } of chaptersOf(userId)) {
    const name = `${book.title.slice(0, 80)} - ${position + 1} ${title.slice(0, 80)}.md`;
    archive.add("books/", name, () => chapterText(id), { compress: true });
  }
  for await (const { id, title } of postsOf(userId))
    archive.add("blog/", `${title.slice(0, 120)}.md`, () => postText(id), { compress: true });
}

async function* generationsOf(userId: string): AsyncGenerator<string> {
  const images = pages((after) =>
    db().imageGeneration.findMany({
      where: { authorId: userId, ...after },
      select: { ...GENERATION, inputImageUrl: true, numImages: true, size: true, format: true, style: true, quality: true },
      orderBy: { id: "asc" },
      take: PAGE,
    }),
  );
  for await (const row of images) yield `${JSON.stringify({ kind: "images", ...row })}\n`;
  const videos = pages((after) =>
    db().videoGeneration.findMany({
      where: { authorId: userId, ...after },
      select: { ...GENERATION, aspectRatio: true, numberOfVideos: true, durationSeconds: true, personGeneration: true },
      orderBy: { id: "asc" },
      take: PAGE,
    }),
  );
  for await (const row of videos) yield `${JSON.stringify({ kind: "videos", ...row })}\n`;
  const drafts = pages((after) =>
    db().job.findMany({
      where: { ownerId: userId, params: { path: ["draft"], string_starts_with: "" }, ...after },
      select: { id: true, params: true, status: true, bookId: true, blogPostId: true, createdAt: true, completedAt: true },
      orderBy: { id: "asc" },
      take: PAGE,
    }),
  );
  for await (const { params, ...row } of drafts) yield `${JSON.stringify({ kind: "drafts", prompt: Object(params).draft, ...row })}\n`;
}

function chaptersOf(userId: string) {
  return pages((after) =>
    db().chapter.findMany({
      where: { book: { authorId: userId }, ...after },
      select: { id: true, position: true, title: true, book: { select: { title: true } } },
      orderBy: { id: "asc" },
      take: PAGE,
    }),
  );
}

function postsOf(userId: string) {
  return pages((after) =>
    db().blogPost.findMany({
      where: { authorId: userId, ...after },
      select: { id: true, title: true },
      orderBy: { id: "asc" },
      take: PAGE,
    }),
  );
}

async function* chapterText(id: string): AsyncGenerator<string> {
  const chapter = await db().chapter.findUnique({
    where: { id },
    select: {
      title: true,
      content: true,
      position: true,
      createdAt: true,
      updatedAt: true,
      book: { select: { title: true, description: true, language: true } },
    },
  });
  // Deleted meanwhile: the file is empty.
  if (!chapter) return;
  const { content, book, position, ...facts } = chapter;
  yield withHead({ book: book.title, description: book.description, language: book.language, chapter: position + 1, ...facts }, content);
}

async function* postText(id: string): AsyncGenerator<string> {
  const post = await db().blogPost.findUnique({
    where: { id },
    select: { title: true, excerpt: true, tags: true, language: true, createdAt: true, updatedAt: true, content: true },
  });
  if (!post) return;
  const { content, ...facts } = post;
  yield withHead(facts, content);
}

/** Markdown with a head as most editors read it: JSON is YAML too. */
function withHead(facts: Record<string, unknown>, text: string): string {
  const lines = Object.entries(facts).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return `---\n${lines.join("\n")}\n---\n\n${text}\n`;
}
