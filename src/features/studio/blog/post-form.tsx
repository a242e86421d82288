"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useActionState, useEffect, useRef, useState } from "react";
import { Alert } from "@/ui/alert";
import { ConfirmedButton } from "@/ui/confirm-dialog";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { SubmitButton } from "@/ui/submit-button";
import { TagInput } from "@/ui/tag-input";
import { Textarea } from "@/ui/textarea";
import { toast } from "@/ui/toast";
import { useFocusFirstError } from "@/ui/use-focus-first-error";
import { LanguageField } from "../documents/language-field";
import { SaveState } from "../documents/save-state";
import { MAX_TITLE_LENGTH } from "../documents/schema";
import { TextEditor } from "../documents/text-editor";
import { useUnsaved } from "../documents/use-unsaved";
import { deletePost, savePost } from "./actions";
import { MAX_EXCERPT_LENGTH, MAX_TAGS } from "./schema";

interface Post {
  id: string;
  title: string;
  excerpt: string;
  content: string;
  language: string;
  tags: string[];
  updatedAt: string;
}

/** A post: what is said of it, its text with the preview, and whether it is saved. What could not be saved stays in the fields. */
export function PostForm({ post }: { post: Post }) {
  const t = useTranslations("blog");
  const router = useRouter();
  const form = useRef<HTMLFormElement>(null);
  const [result, submit] = useActionState(savePost, null);
  const [isUnsaved, setUnsaved] = useState(false);
  const problem = result?.ok === false ? result : undefined;
  const errors = problem?.error.fields;
  const savedAt = result?.ok ? result.data.updatedAt : "";
  useFocusFirstError(form, problem?.error);
  useUnsaved(isUnsaved);
  useEffect(() => {
    if (result) setUnsaved(!result.ok);
  }, [result]);
  const remove = async () => {
    const answer = await deletePost({ id: post.id });
    if (answer.ok) {
      setUnsaved(false);
      toast.success(t("deleted", { title: post.title }));
      router.push("/studio/blog");
    }
    return answer;
  };
  const shown = { ...post, tags: post.tags.join(", "), ...problem?.values };
  return (
    <form
      ref={form}
      action={submit}
      onChange={() => setUnsaved(true)}
      className="grid gap-5"
      noValidate
      key={problem ? JSON.stringify(problem.error) : savedAt}
    >
      {problem && !errors && <Alert tone="danger">{problem.error.message}</Alert>}
      <input type="hidden" name="id" value={post.id} />
      <input type="hidden" name="updatedAt" value={savedAt || post.updatedAt} />
      <div className="grid content-start gap-5 lg:grid-cols-2">
        <Field id="post-title" label={t("postTitle")} error={errors?.title}>
          {(control) => (
            <Input {...control} name="title" required maxLength={MAX_TITLE_LENGTH} defaultValue={shown.title} autoComplete="off" />
          )}
        </Field>
        <LanguageField id="post-language" label={t("language")} defaultValue={shown.language} error={errors?.language} />
        <Field id="post-excerpt" label={t("excerpt")} aside={t("optional")} hint={t("excerptHint")} error={errors?.excerpt}>
          {(control) => <Textarea {...control} name="excerpt" rows={3} maxLength={MAX_EXCERPT_LENGTH} defaultValue={shown.excerpt} />}
        </Field>
        <Field
          id="post-tags"
          label={t("tags")}
          aside={t("optional")}
          hint={t("tagsHint", { max: MAX_TAGS })}
          error={errors?.tags}
          className="content-start"
        >
          {(control) => (
            <TagInput
              {...control}
              name="tags"
              maxTags={MAX_TAGS}
              removeLabel={t("removeTag", { tag: "{tag}" })}
              defaultValue={shown.tags}
            />
          )}
        </Field>
      </div>
      <TextEditor id="post-content" defaultValue={shown.content} error={errors?.content} level={1} />
      <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
        <SubmitButton>{t("savePost")}</SubmitButton>
        <SaveState isUnsaved={isUnsaved} savedAt={savedAt} />
        <div className="ms-auto">
          <ConfirmedButton
            danger
            label={t("delete")}
            title={t("deleteTitle", { title: post.title })}
            body={t("deleteBody")}
            onConfirm={remove}
          />
        </div>
      </div>
    </form>
  );
}
