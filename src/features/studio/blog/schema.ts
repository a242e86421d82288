import { z } from "zod";
import { cursorSchema } from "@/lib/keyset";
import { line, paragraph, typedList } from "@/lib/text";
import { changesSomething, contentSchema, languageSchema, readAtSchema, titleSchema } from "../documents/schema";
import { jobStatusSchema } from "../jobs/schema";
import { MAX_EXCERPT_LENGTH, MAX_TAGS } from "./limits";

export const POSTS_PAGE_SIZE = 30;
/** Of one person. */
export const MAX_POSTS = 2_000;

const id = z.uuid().toLowerCase();
const tagList = z.array(line(40, 1)).max(MAX_TAGS, "too_many");
const post = { title: titleSchema, excerpt: paragraph(MAX_EXCERPT_LENGTH), content: contentSchema, language: languageSchema };

export const postIdSchema = z.strictObject({ id });
export const postsQuerySchema = z.strictObject({ cursor: cursorSchema.optional() });
export const createPostSchema = z.strictObject({ title: post.title, language: post.language.default("en") });
export const newPostSchema = z.strictObject({
  title: post.title,
  excerpt: post.excerpt.default(""),
  content: post.content.default(""),
  language: post.language.default("en"),
  tags: tagList.default([]),
});
/** `updatedAt` is of the post as it was read: what somebody has written since is not written over. */
export const savePostSchema = z.strictObject({ id, ...post, tags: typedList.pipe(tagList), updatedAt: readAtSchema });
export const postChangeSchema = z
  .strictObject({ ...post, tags: tagList, updatedAt: readAtSchema })
  .partial()
  .refine(changesSomething, "required");

const moment = z.iso.datetime();
/** What docs/openapi.json says of a post: `status` is of the document that was asked for last. */
const postAnswer = z.strictObject({
  id: z.uuid(),
  title: z.string(),
  excerpt: z.string(),
  tags: z.array(z.string()),
  language: z.string(),
  status: jobStatusSchema,
  /** On this site, for whoever may see it. */
  coverUrl: z.string().nullable(),
  createdAt: moment,
  updatedAt: moment,
});

export const postsAnswerSchema = z.strictObject({ posts: z.array(postAnswer), next: z.string().nullable() });
export const postAnswerSchema = postAnswer.extend({
  content: z.string(),
  author: z.string().nullable(),
  organizationId: z.uuid().nullable(),
  isOwn: z.boolean(),
});
