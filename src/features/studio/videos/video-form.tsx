"use client";

import { useTranslations } from "next-intl";
import { ChoiceField, numbersTo } from "../inputs/fields";
import { RequestForm } from "../inputs/request-form";
import { generateVideos } from "./actions";
import { type ASPECT_RATIOS, MAX_SECONDS, MAX_VIDEOS, MIN_SECONDS, PERSON_GENERATIONS } from "./limits";

const SECONDS = Array.from({ length: MAX_SECONDS - MIN_SECONDS + 1 }, (_, index) => MIN_SECONDS + index);

type VideoFormProps = { pictures: { id: string; name: string }[]; aspectRatios: (typeof ASPECT_RATIOS)[number][] };

/** Asks for films. */
export function VideoForm({ pictures, aspectRatios }: VideoFormProps) {
  const t = useTranslations("videos");
  const gallery = useTranslations("gallery");
  const seconds = SECONDS.map((count) => ({ value: String(count), label: t("secondsOf", { count }) }));
  return (
    <RequestForm
      action={generateVideos}
      texts={{ placeholder: t("placeholder"), generate: t("generate"), started: t("started") }}
      pictures={pictures}
    >
      {(given) => (
        <>
          <ChoiceField
            name="aspectRatio"
            label={t("ratio")}
            options={aspectRatios.map((ratio) => ({ value: ratio, label: t(`ratios.${ratio}`) }))}
            {...given("aspectRatio")}
          />
          <div className="grid grid-cols-2 gap-4">
            <ChoiceField name="numberOfVideos" label={gallery("howMany")} options={numbersTo(MAX_VIDEOS)} {...given("numberOfVideos")} />
            <ChoiceField
              name="durationSeconds"
              label={t("seconds")}
              options={seconds}
              initial={String(MAX_SECONDS)}
              {...given("durationSeconds")}
            />
          </div>
          <ChoiceField
            name="personGeneration"
            label={t("people")}
            options={PERSON_GENERATIONS.map((who) => ({ value: who, label: t(`peopleOf.${who}`) }))}
            {...given("personGeneration")}
          />
        </>
      )}
    </RequestForm>
  );
}
