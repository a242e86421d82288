import { handler } from "@/access/door";
import { changeChapter, deleteChapter } from "@/features/studio/books/chapters";
import { getChapter } from "@/features/studio/books/queries";
import { chapterAnswerSchema, chapterChangeSchema, chapterIdSchema } from "@/features/studio/books/schema";
import { MAX_CONTENT_JSON_LENGTH } from "@/features/studio/documents/schema";

/** A chapter with what stands in it, in Markdown. */
export const GET = handler(
  { can: ["read", "Chapter"], rate: "read" },
  { params: chapterIdSchema, answer: chapterAnswerSchema },
  ({ params }, entry) => getChapter(entry, params.id),
);

/** Changes what is named, its `position` among them; with `updatedAt`, only if nobody has written in it since. */
export const PATCH = handler(
  { can: ["update", "Chapter"], rate: "write", impersonated: "write" },
  { params: chapterIdSchema, body: chapterChangeSchema, maxJsonLength: MAX_CONTENT_JSON_LENGTH, answer: chapterAnswerSchema },
  async ({ params, body }, entry) => {
    await changeChapter(entry, params.id, body);
    return getChapter(entry, params.id);
  },
);

/** Deletes the chapter; those behind it move up. */
export const DELETE = handler(
  { can: ["delete", "Chapter"], rate: "write", impersonated: "write" },
  { params: chapterIdSchema, answer: "nothing" },
  async ({ params }, entry) => {
    await deleteChapter(entry, params.id);
    return new Response(null, { status: 204 });
  },
);
