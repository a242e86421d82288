"use client";

import { useTranslations } from "next-intl";
import { Field } from "@/ui/field";
import type { Tried } from "@/ui/form-dialog";
import { TagInput } from "@/ui/tag-input";
import { Textarea } from "@/ui/textarea";
import { LanguageField } from "../documents/language-field";
import { TextEditor } from "../documents/text-editor";
import { TextForm } from "../documents/text-form";
import { TitleField } from "../documents/title-field";
import { deletePost, savePost } from "./actions";
import { MAX_EXCERPT_LENGTH, MAX_TAGS } from "./limits";

interface Post {
  id: string;
  title: string;
  excerpt: string;
  content: string;
  language: string;
  tags: string[];
  updatedAt: string;
}

/** A post: what is said of it, and its text with the preview. */
export function PostForm({ post }: { post: Post }) {
  const t = useTranslations("blog");
  const { id, title, updatedAt } = post;
  const removal = {
    label: t("delete"),
    title: t("deleteTitle", { title }),
    body: t("deleteBody"),
    done: t("deleted", { title }),
    act: () => deletePost({ id }),
    to: "/studio/blog",
  };
  return (
    <TextForm id={id} updatedAt={updatedAt} save={savePost} saveLabel={t("savePost")} removal={removal}>
      {(tried) => (
        <>
          <About post={post} {...tried} />
          <TextEditor id="post-content" defaultValue={tried.value("content") ?? post.content} error={tried.error("content")} level={1} />
        </>
      )}
    </TextForm>
  );
}

function About({ post, value, error }: Tried & { post: Post }) {
  const t = useTranslations("blog");
  const { title, excerpt, language, tags } = post;
  return (
    <div className="grid content-start gap-5 lg:grid-cols-2">
      <TitleField id="post-title" label={t("postTitle")} defaultValue={value("title") ?? title} error={error("title")} />
      <LanguageField id="post-language" label={t("language")} defaultValue={value("language") ?? language} error={error("language")} />
      <Field id="post-excerpt" label={t("excerpt")} aside={t("optional")} hint={t("excerptHint")} error={error("excerpt")}>
        {(control) => (
          <Textarea {...control} name="excerpt" rows={3} maxLength={MAX_EXCERPT_LENGTH} defaultValue={value("excerpt") ?? excerpt} />
        )}
      </Field>
      <Field
        id="post-tags"
        label={t("tags")}
        aside={t("optional")}
        hint={t("tagsHint", { max: MAX_TAGS })}
        error={error("tags")}
        className="content-start"
      >
        {(control) => (
          <TagInput
            {...control}
            name="tags"
            maxTags={MAX_TAGS}
            removeLabel={t("removeTag", { tag: "{tag}" })}
            defaultValue={value("tags") ?? tags.join(", ")}
          />
        )}
      </Field>
    </div>
  );
}
