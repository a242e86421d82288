"use client";

import { useLocale } from "next-intl";
import { Field } from "@/ui/field";
import { Select } from "@/ui/select";
import { LANGUAGES } from "./limits";

type LanguageFieldProps = { id: string; label: string; defaultValue: string; error?: string | undefined };

/** In which language something is written: for hyphens, voices, and the words of its contents. */
export function LanguageField({ id, label, defaultValue, error }: LanguageFieldProps) {
  const names = new Intl.DisplayNames(useLocale(), { type: "language" });
  return (
    <Field id={id} label={label} error={error}>
      {(control) => (
        <Select {...control} name="language" defaultValue={defaultValue}>
          {[...new Set([...LANGUAGES, defaultValue])].map((language) => (
            <option key={language} value={language}>
              {names.of(language)}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
