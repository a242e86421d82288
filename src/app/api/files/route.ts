import { handler } from "@/access/door";
import { listFiles } from "@/features/files/queries";
import { filesQuerySchema } from "@/features/files/schema";

/** The person's own files, newest first: `{ files, next }`; `?kind=`, and `?cursor=` with the `next` of the page before. */
export const GET = handler({ can: ["read", "File"], rate: "read" }, { query: filesQuerySchema }, ({ query }, entry) =>
  listFiles(entry, query),
);
