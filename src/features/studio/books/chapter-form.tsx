"use client";

import { useTranslations } from "next-intl";
import { TextEditor } from "../documents/text-editor";
import { TextForm } from "../documents/text-form";
import { TitleField } from "../documents/title-field";
import { deleteChapter, saveChapter } from "./actions";

type ChapterFormProps = { chapter: { id: string; bookId: string; title: string; content: string; updatedAt: string } };

/** One chapter: its title, and its text with the preview. */
export function ChapterForm({ chapter: { id, bookId, title, content, updatedAt } }: ChapterFormProps) {
  const t = useTranslations("books");
  const removal = {
    label: t("deleteChapter"),
    title: t("deleteChapterTitle", { title }),
    body: t("deleteChapterBody"),
    done: t("chapterDeleted", { title }),
    act: () => deleteChapter({ id }),
    to: `/studio/books/${bookId}`,
  };
  return (
    <TextForm id={id} updatedAt={updatedAt} save={saveChapter} saveLabel={t("saveChapter")} removal={removal}>
      {({ value, error }) => (
        <>
          <TitleField id="chapter-title" label={t("chapterTitle")} defaultValue={value("title") ?? title} error={error("title")} />
          <TextEditor id="chapter-content" defaultValue={value("content") ?? content} error={error("content")} level={2} />
        </>
      )}
    </TextForm>
  );
}
