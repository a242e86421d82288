import "server-only";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import { db } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { after, type Cursor, cursorDate, page } from "@/lib/keyset";
import { COVER, withCover } from "../documents/cover";
import { noteReading } from "../documents/reading";
import { POSTS_PAGE_SIZE } from "./schema";

const POST = { id: true, title: true, excerpt: true, tags: true, language: true, status: true, createdAt: true, updatedAt: true } as const;

/** A page of the person's own posts, or of those that others share with an organisation of theirs, newest first, and the cursor of the next. */
export async function listPosts(entry: Entry, cursor?: Cursor, organizationId?: string, limit = POSTS_PAGE_SIZE) {
  const from = cursor ? after("createdAt", "desc", cursor, cursorDate) : {};
  const { userId } = entry.actor;
  const whose = organizationId ? { organizationId, authorId: { not: userId } } : { authorId: userId };
  const rows = await db().blogPost.findMany({
    where: { AND: [accessibleBy(entry.ability).ofType("BlogPost"), whose, from] },
    select: { ...POST, cover: COVER },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: limit + 1,
  });
  const { rows: posts, next } = page(rows, limit, (row) => row.createdAt);
  return { posts: posts.map(withCover), next };
}

/** A post and what stands in it; null for one they may not see. */
export async function findPost(entry: Entry, id: string) {
  const row = await db().blogPost.findFirst({
    where: { AND: [accessibleBy(entry.ability).ofType("BlogPost"), { id }] },
    select: { ...POST, cover: COVER, content: true, authorId: true, organizationId: true, author: { select: { name: true } } },
  });
  if (!row) return null;
  await noteReading(entry, { type: "BlogPost", ...row });
  const { author, authorId, ...post } = row;
  return { ...withCover(post), author: author.name, isOwn: authorId === entry.actor.userId };
}

export type OpenPost = NonNullable<Awaited<ReturnType<typeof findPost>>>;

/** The same; "not found" for one they may not see. */
export async function getPost(entry: Entry, id: string): Promise<OpenPost> {
  const post = await findPost(entry, id);
  if (!post) throw new AppError("not_found");
  return post;
}
