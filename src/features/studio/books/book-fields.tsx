"use client";

import { useTranslations } from "next-intl";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { Textarea } from "@/ui/textarea";
import { LanguageField } from "../documents/language-field";
import { MAX_TITLE_LENGTH } from "../documents/schema";
import { MAX_DESCRIPTION_LENGTH } from "./schema";

type BookFieldsProps = { initial: { title: string; description: string; language: string }; errors?: Record<string, string> | undefined };

/** What is said of a book, when it is made and later. */
export function BookFields({ initial, errors }: BookFieldsProps) {
  const t = useTranslations("books");
  return (
    <>
      <Field id="book-title" label={t("bookTitle")} error={errors?.title}>
        {(control) => (
          <Input {...control} name="title" required maxLength={MAX_TITLE_LENGTH} defaultValue={initial.title} autoComplete="off" />
        )}
      </Field>
      <Field id="book-description" label={t("description")} aside={t("optional")} hint={t("descriptionHint")} error={errors?.description}>
        {(control) => (
          <Textarea {...control} name="description" rows={3} maxLength={MAX_DESCRIPTION_LENGTH} defaultValue={initial.description} />
        )}
      </Field>
      <LanguageField id="book-language" label={t("language")} defaultValue={initial.language} error={errors?.language} />
    </>
  );
}
