import { handler } from "@/access/door";
import { addChapter } from "@/features/studio/books/chapters";
import { addChapterSchema } from "@/features/studio/books/schema";
import { MAX_CONTENT_JSON_LENGTH } from "@/features/studio/documents/schema";

/** Adds a chapter at the end of a book: `{ id, position, updatedAt }`. */
export const POST = handler(
  { can: ["create", "Chapter"], rate: "write", impersonated: "write" },
  { body: addChapterSchema, maxJsonLength: MAX_CONTENT_JSON_LENGTH },
  async ({ body }, entry) => Response.json(await addChapter(entry, body), { status: 201 }),
);
