import { handler } from "@/access/door";
import { createPost } from "@/features/studio/blog/changes";
import { listPosts } from "@/features/studio/blog/queries";
import { newPostSchema, postsAnswerSchema, postsQuerySchema } from "@/features/studio/blog/schema";
import { MAX_CONTENT_JSON_LENGTH, madeAnswerSchema } from "@/features/studio/documents/schema";

/** The person's own posts, newest first, without what stands in them: `{ posts, next }`; `?cursor=` with the `next` of the page before. */
export const GET = handler(
  { can: ["read", "BlogPost"], rate: "read" },
  { query: postsQuerySchema, answer: postsAnswerSchema },
  ({ query }, entry) => listPosts(entry, query.cursor),
);

/** Makes a post: `{ id }`. */
export const POST = handler(
  { can: ["create", "BlogPost"], rate: "write", impersonated: "write" },
  { body: newPostSchema, maxJsonLength: MAX_CONTENT_JSON_LENGTH, answer: madeAnswerSchema },
  async ({ body }, entry) => Response.json(await createPost(entry, body), { status: 201 }),
);
