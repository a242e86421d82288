import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { Alert } from "@/ui/alert";
import { Demonstration } from "../gallery/demonstration";
import { listInputPictures } from "../inputs/queries";
import { videoOffers } from "./offers";
import { VideoForm } from "./video-form";

/** The form, and who will do the work where that is Foyer alone; instead of it, why nobody can. */
export async function VideoRequest({ entry }: { entry: Entry }) {
  const [pictures, offers, videos] = await Promise.all([listInputPictures(entry), videoOffers(), getTranslations("videos")]);
  if (!offers.available) return <Alert tone="info">{videos("unavailable")}</Alert>;
  return (
    <div className="grid max-w-form gap-4">
      <VideoForm pictures={pictures} aspectRatios={offers.aspectRatios} />
      {offers.generator === "BUNDLED" && <Demonstration entry={entry} />}
    </div>
  );
}
