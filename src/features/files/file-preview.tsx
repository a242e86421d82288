"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { Button, buttonVariants } from "@/ui/button";
import { Dialog, DialogClose, DialogContent, DialogFooter, DialogHeader, DialogTitle } from "@/ui/dialog";
import { DownloadIcon } from "@/ui/icons";
import type { ListedFile } from "./queries";

/** A button that shows a picture, a film or a sound without leaving the page. Its bytes are fetched, and that remembered, only then. */
export function FilePreview({
  id,
  name,
  contentType,
  className,
  children,
}: Pick<ListedFile, "id" | "name" | "contentType"> & { className?: string; children: ReactNode }) {
  const t = useTranslations("files");
  const common = useTranslations("common");
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" aria-label={t("previewOf", { name })} onClick={() => setOpen(true)} className={className}>
        {children}
      </button>
      <Dialog open={open} onOpenChange={setOpen}>
        <DialogContent closeLabel={common("close")} className="max-w-[min(60rem,calc(100vw-2rem))]!">
          <DialogHeader>
            <DialogTitle>{name}</DialogTitle>
          </DialogHeader>
          {open && <Player id={id} name={name} contentType={contentType} />}
          <DialogFooter>
            <DialogClose render={<Button variant="secondary">{common("close")}</Button>} />
            <a href={`/api/files/${id}`} download className={buttonVariants({ variant: "primary" })}>
              <DownloadIcon />
              {t("download")}
            </a>
          </DialogFooter>
        </DialogContent>
      </Dialog>
    </>
  );
}

function Player({ id, name, contentType }: Pick<ListedFile, "id" | "name" | "contentType">) {
  const src = `/api/files/${id}?disposition=inline`;
  const frame = "mx-auto max-h-[70dvh] max-w-full rounded-md bg-background";
  if (contentType.startsWith("video/"))
    // biome-ignore lint/a11y/useMediaCaption: a member's own film; there is nobody who wrote captions.
    return <video src={src} controls autoPlay playsInline className={frame} />;
  // biome-ignore lint/a11y/useMediaCaption: as above.
  if (contentType.startsWith("audio/")) return <audio src={src} controls autoPlay className="w-full" />;
  // biome-ignore lint/performance/noImgElement: it comes from the store by a signed address.
  return <img src={src} alt={name} className={frame} />;
}
