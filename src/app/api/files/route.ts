import { handler } from "@/access/door";
import { listFiles } from "@/features/files/queries";
import { filesAnswerSchema, filesQuerySchema } from "@/features/files/schema";

/** The person's own files, newest first: `{ files, next }`; `?kind=`, and `?cursor=` with the `next` of the page before. */
export const GET = handler(
  { can: ["read", "File"], rate: "read" },
  { query: filesQuerySchema, answer: filesAnswerSchema },
  ({ query }, entry) => listFiles(entry, query),
);
