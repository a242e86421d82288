"use client";

import { useTranslations } from "next-intl";
import { ChoiceField, numbersTo } from "../inputs/fields";
import { RequestForm } from "../inputs/request-form";
import { generateImages } from "./actions";
import { FORMATS, MAX_IMAGES, QUALITIES, SIZES, STYLES } from "./limits";

/** Asks for pictures. */
export function ImageForm({ pictures }: { pictures: { id: string; name: string }[] }) {
  const t = useTranslations("images");
  const gallery = useTranslations("gallery");
  const styles = [{ value: "", label: t("styleAny") }, ...STYLES.map((value) => ({ value, label: t(`styles.${value}`) }))];
  const qualities = QUALITIES.map((value) => ({ value, label: t(`qualities.${value}`) }));
  return (
    <RequestForm
      action={generateImages}
      texts={{ placeholder: t("placeholder"), generate: t("generate"), started: t("started") }}
      pictures={pictures}
    >
      {(given) => (
        <>
          <div className="grid grid-cols-2 gap-4">
            <ChoiceField name="numImages" label={gallery("howMany")} options={numbersTo(MAX_IMAGES)} {...given("numImages")} />
            <ChoiceField
              name="format"
              label={t("format")}
              options={FORMATS.map((format) => ({ value: format, label: format }))}
              {...given("format")}
            />
          </div>
          <ChoiceField
            name="size"
            label={t("size")}
            options={SIZES.map((size) => ({ value: size, label: t(`sizes.${size}`) }))}
            {...given("size")}
          />
          <div className="grid grid-cols-2 gap-4">
            <ChoiceField name="style" label={t("style")} options={styles} {...given("style")} />
            <ChoiceField name="quality" label={t("quality")} options={qualities} {...given("quality")} />
          </div>
        </>
      )}
    </RequestForm>
  );
}
