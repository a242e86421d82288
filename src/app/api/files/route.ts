import { handler } from "@/access/door";
import { listFiles } from "@/features/files/queries";
import { filesAnswerSchema, listedFilesQuerySchema } from "@/features/files/schema";

/** The person's own files, newest first: `{ files, next }`; `?kind=`, `?limit=` (50, at most 100), and `?cursor=` with the `next` of the page before. */
export const GET = handler(
  { can: ["read", "File"], rate: "read" },
  { query: listedFilesQuerySchema, answer: filesAnswerSchema },
  ({ query }, entry) => listFiles(entry, query),
);
