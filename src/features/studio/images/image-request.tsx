import type { Entry } from "@/access/entry";
import { Demonstration } from "../gallery/demonstration";
import { generatorOf } from "../generators/registry";
import { listInputPictures } from "../inputs/queries";
import { ImageForm } from "./image-form";

/** The form, and who will do the work where that is Foyer alone. */
export async function ImageRequest({ entry }: { entry: Entry }) {
  const pictures = await listInputPictures(entry);
  return (
    <div className="grid max-w-form gap-4">
      <ImageForm pictures={pictures} />
      {generatorOf("IMAGE") === "BUNDLED" && <Demonstration entry={entry} />}
    </div>
  );
}
