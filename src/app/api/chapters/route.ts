import { handler } from "@/access/door";
import { addChapter } from "@/features/studio/books/chapters";
import { addChapterSchema, addedAnswerSchema } from "@/features/studio/books/schema";
import { MAX_CONTENT_JSON_LENGTH } from "@/features/studio/documents/schema";

/** Adds a chapter at the end of a book: `{ id, position, updatedAt }`. */
export const POST = handler(
  { can: ["create", "Chapter"], rate: "write", impersonated: "write" },
  { body: addChapterSchema, maxJsonLength: MAX_CONTENT_JSON_LENGTH, answer: addedAnswerSchema },
  async ({ body }, entry) => Response.json(await addChapter(entry, body), { status: 201 }),
);
