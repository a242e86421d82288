"use client";

import { useTranslations } from "next-intl";
import { useActionState, useEffect, useRef } from "react";
import { Alert } from "@/ui/alert";
import { Field } from "@/ui/field";
import { Select } from "@/ui/select";
import { SubmitButton } from "@/ui/submit-button";
import { toast } from "@/ui/toast";
import { useFocusFirstError } from "@/ui/use-focus-first-error";
import { InputPictureField, PromptField } from "../inputs/fields";
import { generateImages } from "./actions";
import { FORMATS, MAX_IMAGES, QUALITIES, SIZES, STYLES } from "./schema";

const NUMBERS = Array.from({ length: MAX_IMAGES }, (_, index) => index + 1);

/** Asks for pictures. Works without JavaScript and keeps what was typed. */
export function ImageForm({ pictures }: { pictures: { id: string; name: string }[] }) {
  const t = useTranslations("images");
  const gallery = useTranslations("gallery");
  const [result, submit] = useActionState(generateImages, null);
  const form = useRef<HTMLFormElement>(null);
  const error = result?.ok === false ? result.error : undefined;
  useFocusFirstError(form, error);
  const started = t("started");
  useEffect(() => {
    if (result?.ok) toast.success(started);
  }, [result, started]);
  const typed = result?.ok === false ? result.values : undefined;
  return (
    // A new key where the server gave new values: React keeps what an uncontrolled field was given first.
    <form ref={form} action={submit} className="grid gap-4" noValidate key={typed ? JSON.stringify(typed) : "initial"}>
      {error && (!error.fields || error.fields.form) && <Alert tone="danger">{error.fields?.form ?? error.message}</Alert>}
      <PromptField error={error?.fields?.prompt} typed={typed?.prompt} placeholder={t("placeholder")} />
      <div className="grid grid-cols-2 gap-4">
        <Field id="numImages" label={gallery("howMany")} error={error?.fields?.numImages}>
          {(control) => (
            <Select {...control} name="numImages" defaultValue={typed?.numImages ?? "1"}>
              {NUMBERS.map((number) => (
                <option key={number}>{number}</option>
              ))}
            </Select>
          )}
        </Field>
        <Field id="format" label={t("format")} error={error?.fields?.format}>
          {(control) => (
            <Select {...control} name="format" defaultValue={typed?.format ?? "PNG"}>
              {FORMATS.map((format) => (
                <option key={format}>{format}</option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      <Field id="size" label={t("size")} error={error?.fields?.size}>
        {(control) => (
          <Select {...control} name="size" defaultValue={typed?.size ?? SIZES[0]}>
            {SIZES.map((size) => (
              <option key={size} value={size}>
                {t(`sizes.${size}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <div className="grid grid-cols-2 gap-4">
        <Field id="style" label={t("style")} error={error?.fields?.style}>
          {(control) => (
            <Select {...control} name="style" defaultValue={typed?.style ?? ""}>
              <option value="">{t("styleAny")}</option>
              {STYLES.map((style) => (
                <option key={style} value={style}>
                  {t(`styles.${style}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field id="quality" label={t("quality")} error={error?.fields?.quality}>
          {(control) => (
            <Select {...control} name="quality" defaultValue={typed?.quality ?? QUALITIES[0]}>
              {QUALITIES.map((quality) => (
                <option key={quality} value={quality}>
                  {t(`qualities.${quality}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      <InputPictureField pictures={pictures} error={error?.fields?.inputImageId} typed={typed?.inputImageId} />
      <SubmitButton>{t("generate")}</SubmitButton>
    </form>
  );
}
