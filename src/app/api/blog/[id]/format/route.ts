import { handler } from "@/access/door";
import { getPost } from "@/features/studio/blog/queries";
import { postIdSchema } from "@/features/studio/blog/schema";
import { listExports } from "@/features/studio/documents/queries";
import { formatsAnswerSchema } from "@/features/studio/documents/schema";

/** The formats a post is made in, each with its latest document, fetched at /api/files/[id], and its latest job. */
export const GET = handler(
  { can: ["read", "BlogPost"], rate: "read" },
  { params: postIdSchema, answer: formatsAnswerSchema },
  async ({ params }, entry) => {
    const { id } = await getPost(entry, params.id);
    return { formats: await listExports(entry, { blogPostId: id }) };
  },
);
