import { handler } from "@/access/door";
import { issueDownload, removeFile } from "@/features/files/changes";
import { downloadQuerySchema, fileIdSchema } from "@/features/files/schema";

/** Leads to the bytes by a short-lived signed URL; `?disposition=inline` to look at what can carry no script. */
export const GET = handler(
  { can: ["download", "File"], rate: "read" },
  { params: fileIdSchema, query: downloadQuerySchema, answer: "redirect" },
  async ({ params, query }, entry) => {
    const { url } = await issueDownload(entry, params.id, query);
    return new Response(null, { status: 302, headers: { Location: url, "Cache-Control": "private, no-store" } });
  },
);

/** Deletes the file. */
export const DELETE = handler(
  { can: ["delete", "File"], rate: "write", impersonated: "write" },
  { params: fileIdSchema, answer: "nothing" },
  async ({ params }, entry) => {
    await removeFile(entry, params.id);
    return new Response(null, { status: 204 });
  },
);
