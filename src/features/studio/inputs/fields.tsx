"use client";

import { useTranslations } from "next-intl";
import { Field } from "@/ui/field";
import { Select } from "@/ui/select";
import { Textarea } from "@/ui/textarea";
import { MAX_PROMPT_CHARS } from "./schema";

type Given = { error: string | undefined; typed: string | undefined };

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
