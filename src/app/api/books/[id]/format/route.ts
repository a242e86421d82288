import { handler } from "@/access/door";
import { getBook } from "@/features/studio/books/queries";
import { bookIdSchema } from "@/features/studio/books/schema";
import { listExports } from "@/features/studio/documents/queries";
import { formatsAnswerSchema } from "@/features/studio/documents/schema";

/** The formats a book is made in, each with its latest document, fetched at /api/files/[id], and its latest job. */
export const GET = handler(
  { can: ["read", "Book"], rate: "read" },
  { params: bookIdSchema, answer: formatsAnswerSchema },
  async ({ params }, entry) => {
    const { id } = await getBook(entry, params.id);
    return { formats: await listExports(entry, { bookId: id }) };
  },
);
