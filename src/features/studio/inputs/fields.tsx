"use client";

import { useTranslations } from "next-intl";
import { Field } from "@/ui/field";
import { Select } from "@/ui/select";
import { Textarea } from "@/ui/textarea";
import { MAX_PROMPT_CHARS } from "./limits";

/** What a field is told: what was wrong with it, and what was typed. */
export type Given = { error: string | undefined; typed: string | undefined };

/** What is asked for, in one's own words. */
export function PromptField({ error, typed, placeholder }: Given & { placeholder: string }) {
  const t = useTranslations("gallery");
  return (
    <Field id="prompt" label={t("prompt")} error={error}>
      {(control) => (
        <Textarea
          {...control}
          name="prompt"
          rows={4}
          required
          maxLength={MAX_PROMPT_CHARS}
          placeholder={placeholder}
          defaultValue={typed}
        />
      )}
    </Field>
  );
}

type ChoiceFieldProps = Given & {
  name: string;
  label: string;
  /** The first is chosen where nothing is said. */
  options: readonly { value: string; label: string }[];
  initial?: string;
};

/** One of a few. */
export function ChoiceField({ name, label, options, initial = options[0]?.value, error, typed }: ChoiceFieldProps) {
  return (
    <Field id={name} label={label} error={error}>
      {(control) => (
        <Select {...control} name={name} defaultValue={typed ?? initial}>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

/** How many of a thing, from one up. */
export function numbersTo(max: number): { value: string; label: string }[] {
  return Array.from({ length: max }, (_, index) => ({ value: String(index + 1), label: String(index + 1) }));
}

/** A picture of one's own to begin with; nothing where there is none to choose. */
export function InputPictureField({ pictures, error, typed }: Given & { pictures: { id: string; name: string }[] }) {
  const t = useTranslations("gallery");
  if (pictures.length === 0) return null;
  return (
    <Field id="inputImageId" label={t("begin")} hint={t("beginHint")} aside={t("optional")} error={error}>
      {(control) => (
        <Select {...control} name="inputImageId" defaultValue={typed ?? ""}>
          <option value="">{t("beginNothing")}</option>
          {pictures.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
