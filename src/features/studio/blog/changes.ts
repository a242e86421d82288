import "server-only";
import { ForbiddenError, subject } from "@casl/ability";
import { change, type Recorder } from "@/access/audit";
import type { Entry } from "@/access/entry";
import { changeText, changeWithRoom } from "@/access/room";
import { type Action, accessibleBy } from "@/access/rules";
import type { DocumentFormat, Transaction } from "@/lib/db";
import { db } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { giveBackPlacesOf, lockJobsOf, placeOf, startExport } from "../documents/export";
import { isSentAgain } from "../documents/save";
import { placeOfDraft, startDraft } from "../drafts/start";
import { roomOf } from "../jobs/start";
import { MAX_POSTS } from "./schema";

const WHOLE = { title: true, excerpt: true, content: true, language: true, tags: true } as const;

interface Written {
  title: string;
  excerpt: string;
  content: string;
  language: string;
  tags: string[];
}

/** A new post of one's own; "conflict" with the reason too_many_posts. */
export async function createPost(entry: Entry, written: Pick<Written, "title" | "language"> & Partial<Written>): Promise<{ id: string }> {
  const { userId: authorId } = entry.actor;
  return changeText(entry, async (tx, record) => {
    ForbiddenError.from(entry.ability).throwUnlessCan("create", subject("BlogPost", { authorId }));
    if ((await tx.blogPost.count({ where: { authorId } })) >= MAX_POSTS)
      throw new AppError("conflict", "too_many_posts", { params: { max: MAX_POSTS } });
    const post = await tx.blogPost.create({ data: { ...written, authorId }, select: { id: true } });
    await record({ action: "post.created", subjectType: "BlogPost", subjectId: post.id });
    return post;
  });
}

/**
 * Writes what was typed; of a post that somebody has changed after `updatedAt` nothing: "conflict" with the reason
 * changed_meanwhile, unless it is whole and says the same: a save whose answer was lost is sent again. Returns when it was changed, for the next
 * time, and whether its title may be another.
 */
export async function updatePost(
  entry: Entry,
  id: string,
  { updatedAt, ...written }: { [Name in keyof Written]?: Written[Name] | undefined } & { updatedAt?: Date | undefined },
): Promise<{ updatedAt: Date; isRenamed: boolean }> {
  const run = async (tx: Transaction, record: Recorder) => {
    const { title } = await findPost(tx, entry, "update", id);
    const isAgain = await isSentAgain(
      tx.blogPost.updateMany({ where: { id, ...(updatedAt && { updatedAt }) }, data: written }),
      written,
      () => tx.blogPost.findUnique({ where: { id }, select: WHOLE }),
    );
    await record({ action: "post.changed", subjectType: "BlogPost", subjectId: id }, "once a sitting");
    const now = await tx.blogPost.findUniqueOrThrow({ where: { id }, select: { updatedAt: true } });
    return { updatedAt: now.updatedAt, isRenamed: written.title !== undefined && (isAgain || written.title !== title) };
  };
  return changeText(entry, run, { blogPostId: id });
}

/** The post and its documents; what still makes one of it is not waited for. */
export async function deletePost(entry: Entry, id: string): Promise<void> {
  await change(entry, async (tx, record) => {
    await lockJobsOf(tx, entry, { blogPostId: id });
    const { authorId } = await findPost(tx, entry, "delete", id);
    await giveBackPlacesOf(tx, { blogPostId: id });
    await tx.blogPost.delete({ where: { id }, select: { id: true } });
    await record({ action: "post.deleted", subjectType: "BlogPost", subjectId: id, before: { authorId } });
  });
}

/** Has a document made of the post as it is when its turn comes. */
export async function exportPost(entry: Entry, id: string, format: DocumentFormat): Promise<{ id: string }> {
  const { title, excerpt, content } = await findPost(db(), entry, "update", id);
  const place = placeOf("BLOG", format, title, title.length + excerpt.length + content.length);
  return changeWithRoom(entry, roomOf([place]), async (tx, record) => {
    const { organizationId } = await findPost(tx, entry, "update", id);
    return startExport(tx, record, entry, { kind: "BLOG", purpose: { blogPostId: id }, place, format, organizationId });
  });
}

/** Has a model draft a text: it lies beside the post, and changes nothing in it. */
export async function draftPost(entry: Entry, id: string, prompt: string): Promise<{ id: string }> {
  const place = placeOfDraft("BLOG", prompt);
  return changeWithRoom(entry, roomOf([place]), async (tx, record) => {
    await findPost(tx, entry, "update", id);
    return startDraft(tx, record, entry, { kind: "BLOG", purpose: { blogPostId: id }, place, prompt });
  });
}

async function findPost(tx: Pick<Transaction, "blogPost">, entry: Entry, action: Action, id: string) {
  const post = await tx.blogPost.findFirst({
    where: { AND: [accessibleBy(entry.ability, action).ofType("BlogPost"), { id }] },
    select: { authorId: true, organizationId: true, title: true, excerpt: true, content: true },
  });
  if (!post) throw new AppError("not_found");
  ForbiddenError.from(entry.ability).throwUnlessCan(action, subject("BlogPost", { authorId: post.authorId }));
  return post;
}
