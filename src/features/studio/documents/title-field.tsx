"use client";

import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { MAX_TITLE_LENGTH } from "./limits";

type TitleFieldProps = { id: string; label: string; defaultValue: string | undefined; error: string | undefined };

/** What a book, a chapter or a post is called. */
export function TitleField({ id, label, defaultValue, error }: TitleFieldProps) {
  return (
    <Field id={id} label={label} error={error}>
      {(control) => (
        <Input {...control} name="title" required maxLength={MAX_TITLE_LENGTH} defaultValue={defaultValue} autoComplete="off" />
      )}
    </Field>
  );
}
