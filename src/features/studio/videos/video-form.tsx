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
import { generateVideos } from "./actions";
import { type ASPECT_RATIOS, MAX_SECONDS, MAX_VIDEOS, MIN_SECONDS, PERSON_GENERATIONS } from "./schema";

const NUMBERS = Array.from({ length: MAX_VIDEOS }, (_, index) => index + 1);
const SECONDS = Array.from({ length: MAX_SECONDS - MIN_SECONDS + 1 }, (_, index) => MIN_SECONDS + index);

type VideoFormProps = { pictures: { id: string; name: string }[]; aspectRatios: (typeof ASPECT_RATIOS)[number][] };

/** Asks for films. Works without JavaScript and keeps what was typed. */
export function VideoForm({ pictures, aspectRatios }: VideoFormProps) {
  const t = useTranslations("videos");
  const gallery = useTranslations("gallery");
  const [result, submit] = useActionState(generateVideos, null);
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
      <Field id="aspectRatio" label={t("ratio")} error={error?.fields?.aspectRatio}>
        {(control) => (
          <Select {...control} name="aspectRatio" defaultValue={typed?.aspectRatio ?? aspectRatios[0]}>
            {aspectRatios.map((ratio) => (
              <option key={ratio} value={ratio}>
                {t(`ratios.${ratio}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <div className="grid grid-cols-2 gap-4">
        <Field id="numberOfVideos" label={gallery("howMany")} error={error?.fields?.numberOfVideos}>
          {(control) => (
            <Select {...control} name="numberOfVideos" defaultValue={typed?.numberOfVideos ?? "1"}>
              {NUMBERS.map((number) => (
                <option key={number}>{number}</option>
              ))}
            </Select>
          )}
        </Field>
        <Field id="durationSeconds" label={t("seconds")} error={error?.fields?.durationSeconds}>
          {(control) => (
            <Select {...control} name="durationSeconds" defaultValue={typed?.durationSeconds ?? String(MAX_SECONDS)}>
              {SECONDS.map((count) => (
                <option key={count} value={count}>
                  {t("secondsOf", { count })}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      <Field id="personGeneration" label={t("people")} error={error?.fields?.personGeneration}>
        {(control) => (
          <Select {...control} name="personGeneration" defaultValue={typed?.personGeneration ?? PERSON_GENERATIONS[0]}>
            {PERSON_GENERATIONS.map((who) => (
              <option key={who} value={who}>
                {t(`peopleOf.${who}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <InputPictureField pictures={pictures} error={error?.fields?.inputImageId} typed={typed?.inputImageId} />
      <SubmitButton>{t("generate")}</SubmitButton>
    </form>
  );
}
