import "server-only";
import { getLocale, getMessages, getTranslations } from "next-intl/server";
import type { PictureTexts } from "./picture-field";
import type { Purpose } from "./upload";

/** What <PictureField> says, made on the server: a page with nothing else to translate carries no code that translates. */
export async function pictureTexts(use: Purpose["use"], maxBytes: number): Promise<PictureTexts> {
  const [t, locale, { common }] = await Promise.all([getTranslations(use), getLocale(), getMessages()]);
  return {
    title: t("title"),
    hint: t("hint", { max: maxBytes / 1_000_000 }),
    choose: t("choose"),
    change: t("change"),
    remove: t("remove"),
    removeTitle: t("removeTitle"),
    removeBody: t("removeBody"),
    removed: t("removed"),
    uploading: t("uploading"),
    drawing: t("drawing"),
    saved: t("saved"),
    interrupted: t("interrupted"),
    refusedByStore: t("refusedByStore"),
    mismatch: t("mismatch"),
    scriptless: t("scriptless"),
    question: { locale, messages: { common } },
  };
}
