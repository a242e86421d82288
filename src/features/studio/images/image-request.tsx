import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { generatorOf } from "../generators/registry";
import { listInputPictures } from "../inputs/queries";
import { ImageForm } from "./image-form";

/** The form, and who will do the work where that is Foyer alone. */
export async function ImageRequest({ entry }: { entry: Entry }) {
  const [pictures, t] = await Promise.all([listInputPictures(entry), getTranslations("gallery")]);
  return (
    <div className="grid max-w-form gap-4">
      <ImageForm pictures={pictures} />
      {generatorOf("IMAGE") === "BUNDLED" && <p className="text-muted text-sm">{t("demonstration")}</p>}
    </div>
  );
}
