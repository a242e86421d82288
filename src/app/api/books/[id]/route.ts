import { handler } from "@/access/door";
import { deleteBook, updateBook } from "@/features/studio/books/changes";
import { getBook } from "@/features/studio/books/queries";
import { bookAnswerSchema, bookChangeSchema, bookIdSchema } from "@/features/studio/books/schema";

/** A book with its chapters in their order; what stands in one is at /api/chapters/[id]. */
export const GET = handler(
  { can: ["read", "Book"], rate: "read" },
  { params: bookIdSchema, answer: bookAnswerSchema },
  ({ params }, entry) => getBook(entry, params.id),
);

/** Changes what is named; with `updatedAt`, only if nobody has changed the book since. */
export const PATCH = handler(
  { can: ["update", "Book"], rate: "write", impersonated: "write" },
  { params: bookIdSchema, body: bookChangeSchema, answer: bookAnswerSchema },
  async ({ params, body }, entry) => {
    await updateBook(entry, params.id, body);
    return getBook(entry, params.id);
  },
);

/** Deletes the book with everything that was made of it. */
export const DELETE = handler(
  { can: ["delete", "Book"], rate: "write", impersonated: "write" },
  { params: bookIdSchema, answer: "nothing" },
  async ({ params }, entry) => {
    await deleteBook(entry, params.id);
    return new Response(null, { status: 204 });
  },
);
