import { Readable } from "node:stream";
import { handler } from "@/access/door";
import { openFileArchive } from "@/features/files/changes";
import { archiveQuerySchema } from "@/features/files/schema";

/** Many of one's own files as one ZIP archive: `?ids=`, comma separated. */
export const GET = handler({ can: ["download", "File"], rate: "read" }, { query: archiveQuerySchema }, async ({ query }, entry) => {
  const headers = { "Content-Type": "application/zip", "Content-Disposition": 'attachment; filename="foyer-files.zip"' };
  // Node's type of a web stream and the browser's are one at run time.
  return new Response(Readable.toWeb(await openFileArchive(entry, query.ids)) as ReadableStream, { headers });
});
