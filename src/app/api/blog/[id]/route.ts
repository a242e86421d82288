import { handler } from "@/access/door";
import { deletePost, updatePost } from "@/features/studio/blog/changes";
import { getPost } from "@/features/studio/blog/queries";
import { postAnswerSchema, postChangeSchema, postIdSchema } from "@/features/studio/blog/schema";
import { MAX_CONTENT_JSON_LENGTH } from "@/features/studio/documents/schema";

/** A post with what stands in it, in Markdown. */
export const GET = handler(
  { can: ["read", "BlogPost"], rate: "read" },
  { params: postIdSchema, answer: postAnswerSchema },
  ({ params }, entry) => getPost(entry, params.id),
);

/** Changes what is named; with `updatedAt`, only if nobody has changed the post since. */
export const PATCH = handler(
  { can: ["update", "BlogPost"], rate: "write", impersonated: "write" },
  { params: postIdSchema, body: postChangeSchema, maxJsonLength: MAX_CONTENT_JSON_LENGTH, answer: postAnswerSchema },
  async ({ params, body }, entry) => {
    await updatePost(entry, params.id, body);
    return getPost(entry, params.id);
  },
);

/** Deletes the post with everything that was made of it. */
export const DELETE = handler(
  { can: ["delete", "BlogPost"], rate: "write", impersonated: "write" },
  { params: postIdSchema, answer: "nothing" },
  async ({ params }, entry) => {
    await deletePost(entry, params.id);
    return new Response(null, { status: 204 });
  },
);
