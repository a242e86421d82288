import { z } from "zod";
import { cursorSchema } from "@/lib/keyset";
import { paragraph } from "@/lib/text";
import { changesSomething, contentSchema, languageSchema, readAtSchema, titleSchema } from "../documents/schema";
import { jobStatusSchema } from "../jobs/schema";
import { MAX_DESCRIPTION_LENGTH } from "./limits";

export const BOOKS_PAGE_SIZE = 30;
/** Of one person. */
export const MAX_BOOKS = 500;
export const MAX_CHAPTERS = 500;

const id = z.uuid().toLowerCase();
const book = { title: titleSchema, description: paragraph(MAX_DESCRIPTION_LENGTH), language: languageSchema };
const position = z.int().min(0).max(MAX_CHAPTERS);

export const bookIdSchema = z.strictObject({ id });
export const booksQuerySchema = z.strictObject({ cursor: cursorSchema.optional() });
export const createBookSchema = z.strictObject({
  title: book.title,
  description: book.description.default(""),
  language: book.language.default("en"),
});
export const updateBookSchema = z.strictObject({ id, ...book, updatedAt: readAtSchema.optional() });
export const bookChangeSchema = z
  .strictObject({ ...book, updatedAt: readAtSchema })
  .partial()
  .refine(changesSomething, "required");

export const chapterIdSchema = z.strictObject({ id });
export const addChapterSchema = z.strictObject({ bookId: id, title: titleSchema, content: contentSchema.default("") });
/** `updatedAt` is of the chapter as it was read: what somebody has written since is not written over. */
export const saveChapterSchema = z.strictObject({ id, title: titleSchema, content: contentSchema, updatedAt: readAtSchema });
export const chapterChangeSchema = z
  .strictObject({
    title: titleSchema.optional(),
    content: contentSchema.optional(),
    position: position.optional(),
    updatedAt: readAtSchema.optional(),
  })
  .refine(changesSomething, "required");
export const moveChapterSchema = z.strictObject({ id, position });

/** Which chapter a book is open at. */
export const openBookSchema = z.strictObject({ chapter: id.optional() });

const moment = z.iso.datetime();
/** What docs/openapi.json says of a book: `status` is of the document that was asked for last. */
const bookAnswer = z.strictObject({
  id: z.uuid(),
  title: z.string(),
  description: z.string(),
  language: z.string(),
  status: jobStatusSchema,
  /** On this site, for whoever may see it. */
  coverUrl: z.string().nullable(),
  createdAt: moment,
  updatedAt: moment,
});
const chapterAnswer = z.strictObject({ id: z.uuid(), position: z.number().int(), title: z.string(), updatedAt: moment });

export const booksAnswerSchema = z.strictObject({
  books: z.array(bookAnswer.extend({ chapters: z.number().int() })),
  next: z.string().nullable(),
});
export const bookAnswerSchema = bookAnswer.extend({
  author: z.string().nullable(),
  organizationId: z.uuid().nullable(),
  isOwn: z.boolean(),
  chapters: z.array(chapterAnswer),
});
export const addedAnswerSchema = chapterAnswer.omit({ title: true });
export const chapterAnswerSchema = chapterAnswer.extend({ bookId: z.uuid(), content: z.string(), createdAt: moment });
