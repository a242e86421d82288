"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useActionState, useEffect, useRef, useState } from "react";
import { Alert } from "@/ui/alert";
import { ConfirmedButton } from "@/ui/confirm-dialog";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { SubmitButton } from "@/ui/submit-button";
import { toast } from "@/ui/toast";
import { useFocusFirstError } from "@/ui/use-focus-first-error";
import { SaveState } from "../documents/save-state";
import { MAX_TITLE_LENGTH } from "../documents/schema";
import { TextEditor } from "../documents/text-editor";
import { useUnsaved } from "../documents/use-unsaved";
import { deleteChapter, saveChapter } from "./actions";

type ChapterFormProps = { chapter: { id: string; bookId: string; title: string; content: string; updatedAt: string } };

/** One chapter: its title, its text with the preview, and whether it is saved. What could not be saved stays in the fields. */
export function ChapterForm({ chapter }: ChapterFormProps) {
  const t = useTranslations("books");
  const router = useRouter();
  const form = useRef<HTMLFormElement>(null);
  const [result, submit] = useActionState(saveChapter, null);
  const [isUnsaved, setUnsaved] = useState(false);
  const problem = result?.ok === false ? result : undefined;
  const savedAt = result?.ok ? result.data.updatedAt : "";
  useFocusFirstError(form, problem?.error);
  useUnsaved(isUnsaved);
  useEffect(() => {
    if (result) setUnsaved(!result.ok);
  }, [result]);
  const remove = async () => {
    const answer = await deleteChapter({ id: chapter.id });
    if (answer.ok) {
      setUnsaved(false);
      toast.success(t("chapterDeleted", { title: chapter.title }));
      router.push(`/studio/books/${chapter.bookId}`);
    }
    return answer;
  };
  const shown = { title: problem?.values?.title ?? chapter.title, content: problem?.values?.content ?? chapter.content };
  return (
    <form
      ref={form}
      action={submit}
      onChange={() => setUnsaved(true)}
      className="grid min-w-0 gap-5"
      noValidate
      key={problem ? JSON.stringify(problem.error) : savedAt}
    >
      {problem && !problem.error.fields && <Alert tone="danger">{problem.error.message}</Alert>}
      <input type="hidden" name="id" value={chapter.id} />
      <input type="hidden" name="updatedAt" value={savedAt || chapter.updatedAt} />
      <Field id="chapter-title" label={t("chapterTitle")} error={problem?.error.fields?.title}>
        {(control) => (
          <Input {...control} name="title" required maxLength={MAX_TITLE_LENGTH} defaultValue={shown.title} autoComplete="off" />
        )}
      </Field>
      <TextEditor id="chapter-content" defaultValue={shown.content} error={problem?.error.fields?.content} level={2} />
      <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
        <SubmitButton>{t("saveChapter")}</SubmitButton>
        <SaveState isUnsaved={isUnsaved} savedAt={savedAt} />
        <div className="ms-auto">
          <ConfirmedButton
            danger
            label={t("deleteChapter")}
            title={t("deleteChapterTitle", { title: chapter.title })}
            body={t("deleteChapterBody")}
            onConfirm={remove}
          />
        </div>
      </div>
    </form>
  );
}
