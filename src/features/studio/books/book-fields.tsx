"use client";

import { useTranslations } from "next-intl";
import { Field } from "@/ui/field";
import type { Tried } from "@/ui/form-dialog";
import { Textarea } from "@/ui/textarea";
import { LanguageField } from "../documents/language-field";
import { TitleField } from "../documents/title-field";
import { MAX_DESCRIPTION_LENGTH } from "./limits";

type BookFieldsProps = Tried & { initial: { title: string; description: string; language: string } };

/** What is said of a book, when it is made and later. */
export function BookFields({ initial, value, error }: BookFieldsProps) {
  const t = useTranslations("books");
  return (
    <>
      <TitleField id="book-title" label={t("bookTitle")} defaultValue={value("title") ?? initial.title} error={error("title")} />
      <Field id="book-description" label={t("description")} aside={t("optional")} hint={t("descriptionHint")} error={error("description")}>
        {(control) => (
          <Textarea
            {...control}
            name="description"
            rows={3}
            maxLength={MAX_DESCRIPTION_LENGTH}
            defaultValue={value("description") ?? initial.description}
          />
        )}
      </Field>
      <LanguageField
        id="book-language"
        label={t("language")}
        defaultValue={value("language") ?? initial.language}
        error={error("language")}
      />
    </>
  );
}
