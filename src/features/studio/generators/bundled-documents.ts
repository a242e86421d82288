import "server-only";
import { z } from "zod";
import english from "@/i18n/messages/en.json";
import french from "@/i18n/messages/fr.json";
import { type DocumentFormat, db, type StorageProvider } from "@/lib/db";
import { jpegOf, NoPicture } from "@/lib/pictures";
import { storageOf } from "@/storage";
import { COVERED, type Manuscript } from "../documents/manuscript";
import { hasLettersFor } from "../documents/pdf-letters";
import { DOCUMENT_FORMATS } from "../documents/schema";
import { report } from "../jobs/results";
import { GenerationFailed } from "../jobs/run";
import { deliver, takeLeft } from "./delivery";
import { makeInThread } from "./document-thread";
import type { Generator, Work } from "./generator";

const COVER = { select: { provider: true, key: true, sizeBytes: true } } as const;
const paramsSchema = z.object({ format: z.enum(DOCUMENT_FORMATS) });

/** Books and posts from what their author has written, with nothing installed: one document of one format for each job. */
export const bundledDocuments: Generator = {
  async step(work, signal) {
    const [place] = work.places;
    if (!place) return "done";
    const { format } = paramsSchema.parse(work.params);
    // Made already, before a crash.
    if (await takeLeft(work, place)) return "done";
    const manuscript = await manuscriptOf(work, format);
    if (!manuscript || !(await report(work, { step: "generating", progress: 10 }))) return "done";
    if (format === "PDF" && !hasLettersFor(manuscript)) throw new GenerationFailed("letters_missing");
    const bytes = await makeInThread(format, manuscript, signal);
    if (!(await report(work, { step: "saving", progress: 80 }))) return "done";
    await deliver(work, place, bytes, { kind: "document", format });
    return "done";
  },
};

/** What the document is made of, as it stands now; null when it is gone. */
async function manuscriptOf({ bookId, blogPostId }: Work, format: DocumentFormat): Promise<Manuscript | null> {
  const about = { id: true, title: true, language: true, updatedAt: true, author: { select: { name: true } }, cover: COVER } as const;
  if (bookId) {
    const chapters = { select: { title: true, content: true, updatedAt: true }, orderBy: { position: "asc" } } as const;
    const book = await db().book.findUnique({ where: { id: bookId }, select: { ...about, description: true, chapters } });
    if (!book) return null;
    const latest = Math.max(book.updatedAt.getTime(), ...book.chapters.map(({ updatedAt }) => updatedAt.getTime()));
    const { contents } = book.language.startsWith("fr") ? french.books : english.books;
    return {
      ...common(book, new Date(latest)),
      lead: book.description,
      tags: [],
      contents,
      cover: book.cover && COVERED.includes(format) ? await pictureOf(book.cover) : null,
      chapters: book.chapters.map(({ title, content }) => ({ title, content })),
    };
  }
  const post = await db().blogPost.findUnique({
    where: { id: blogPostId ?? "" },
    select: { ...about, excerpt: true, tags: true, content: true },
  });
  if (!post) return null;
  return {
    ...common(post, post.updatedAt),
    lead: post.excerpt,
    tags: post.tags,
    contents: null,
    cover: post.cover && COVERED.includes(format) ? await pictureOf(post.cover) : null,
    chapters: [{ title: null, content: post.content }],
  };
}

/** The cover; null where it was taken off meanwhile, and of what is no picture any more: a document without it is one all the same. */
async function pictureOf({ provider, key, sizeBytes }: { provider: StorageProvider; key: string; sizeBytes: bigint }) {
  const bytes = await storageOf(provider).readRange(key, 0, Number(sizeBytes) - 1);
  return (
    bytes &&
    jpegOf(bytes).catch((error: unknown) => {
      if (error instanceof NoPicture) return null;
      throw error;
    })
  );
}

interface Written {
  id: string;
  title: string;
  language: string;
  author: { name: string | null };
}

function common({ id, title, language, author }: Written, updatedAt: Date) {
  return { id, title, language, author: author.name ?? "", updatedAt: updatedAt.toISOString() };
}
