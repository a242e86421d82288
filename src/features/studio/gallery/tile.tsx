import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { cn } from "@/ui/cn";
import { FilmIcon, PictureIcon } from "@/ui/file-icons";
import { LightboxButton } from "@/ui/lightbox";
import { SelectBox } from "@/ui/select-box";
import { Thumb } from "./thumb";

/** Within which the worker has drawn the small picture of a result, or draws none any more. */
const DRAWN_WITHIN_MS = 30_000;

export interface Result {
  fileId: string;
  name: string;
  contentType: string;
  createdAt: Date;
  width: number;
  height: number;
  preview: string;
}

/** One result in its own shape: opened by its picture, selected by its box where `of` names a selection. */
export async function Tile({ of, result, children }: { of: string | undefined; result: Result; children?: ReactNode }) {
  const t = await getTranslations("gallery");
  const { fileId, name, preview, contentType, createdAt } = result;
  const Sign = contentType.startsWith("video/") ? FilmIcon : PictureIcon;
  const frame = "relative grid w-full place-items-center overflow-hidden rounded-lg border bg-hover focus-visible:outline-offset-2";
  return (
    <li className="relative min-w-0 self-start">
      <LightboxButton id={fileId} name={name} className={cn(frame, shapeOf(result))}>
        <Thumb src={preview} isNew={Date.now() - createdAt.getTime() < DRAWN_WITHIN_MS}>
          <Sign className="size-8 text-faint" />
        </Thumb>
        {children}
      </LightboxButton>
      {of && (
        <div className="absolute start-2 top-2 rounded-md bg-surface p-1 shadow-float noscript:hidden">
          <SelectBox name={of} scope="" id={fileId} label={t("select", { name })} />
        </div>
      )}
    </li>
  );
}

/** The nearest of the shapes that can be asked for; what is of another one has a margin. */
function shapeOf({ width, height }: Result): string {
  const ratio = width / height;
  if (ratio > 1.55) return "aspect-video";
  if (ratio > 1.15) return "aspect-4/3";
  if (ratio > 0.87) return "aspect-square";
  return ratio > 0.65 ? "aspect-3/4" : "aspect-9/16";
}
