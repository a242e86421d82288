import { handler } from "@/access/door";
import { createBook } from "@/features/studio/books/changes";
import { listBooks } from "@/features/studio/books/queries";
import { booksAnswerSchema, booksQuerySchema, createBookSchema } from "@/features/studio/books/schema";
import { madeAnswerSchema } from "@/features/studio/documents/schema";

/** The person's own books, newest first: `{ books, next }`; `?cursor=` with the `next` of the page before. */
export const GET = handler(
  { can: ["read", "Book"], rate: "read" },
  { query: booksQuerySchema, answer: booksAnswerSchema },
  ({ query }, entry) => listBooks(entry, query.cursor),
);

/** Makes a book: `{ id }`. */
export const POST = handler(
  { can: ["create", "Book"], rate: "write", impersonated: "write" },
  { body: createBookSchema, answer: madeAnswerSchema },
  async ({ body }, entry) => Response.json(await createBook(entry, body), { status: 201 }),
);
