"use client";

import { useTranslations } from "next-intl";
import { createContext, type KeyboardEvent, type ReactNode, useContext, useEffect, useRef, useState } from "react";
import { Button, buttonVariants } from "./button";
import { Dialog, DialogClose, DialogContent, DialogFooter, DialogHeader, DialogTitle } from "./dialog";
import { ChevronLeftIcon, ChevronRightIcon, DownloadIcon } from "./icons";

/** A picture, a film or a sound; its bytes lie at /api/files/ID. */
export interface Shown {
  id: string;
  name: string;
  contentType: string;
}

const Show = createContext<(id: string) => void>(() => undefined);

/**
 * Shows files of a page whole, one after the other, without leaving it: by its buttons, the arrow keys, and the browser's own way
 * back. The bytes of each are fetched, and that remembered, only when its turn comes. The page gives the texts of `lightbox`.
 */
export function Lightbox({ files, children }: { files: Shown[]; children: ReactNode }) {
  const common = useTranslations("common");
  const [id, show, close] = useShown();
  const index = files.findIndex((file) => file.id === id);
  const file = files[index];
  const [former, next] = [files[index - 1], files[index + 1]];
  const onKeyDown = (event: KeyboardEvent) => {
    // In a film these keys are its own.
    if (event.target instanceof HTMLMediaElement || event.altKey || event.ctrlKey || event.metaKey) return;
    const wanted = event.key === "ArrowLeft" ? former : event.key === "ArrowRight" ? next : undefined;
    if (wanted) show(wanted.id);
  };
  return (
    <Show value={show}>
      {children}
      <Dialog open={file !== undefined} onOpenChange={(open) => !open && close()}>
        <DialogContent closeLabel={common("close")} className="max-w-[min(72rem,calc(100vw-2rem))]! max-sm:p-4" onKeyDown={onKeyDown}>
          {file && (
            <One key={file.id} file={file} place={{ index: index + 1, count: files.length }} former={former} next={next} show={show} />
          )}
        </DialogContent>
      </Dialog>
    </Show>
  );
}

/** What opens one of the files, named by it. */
export function LightboxButton({ id, name, className, children }: { id: string; name: string; className?: string; children: ReactNode }) {
  const t = useTranslations("lightbox");
  const show = useContext(Show);
  return (
    <button type="button" aria-label={t("previewOf", { name })} onClick={() => show(id)} className={className}>
      {children}
    </button>
  );
}

/** Which file is shown. Open, it has an entry of its own in the browser's history: the way back closes it, as on a phone one expects. */
function useShown(): [string | null, (id: string) => void, () => void] {
  const [id, setId] = useState<string | null>(null);
  const closing = useRef(false);
  useEffect(() => {
    const closed = () => {
      closing.current = false;
      setId(null);
    };
    addEventListener("popstate", closed);
    return () => removeEventListener("popstate", closed);
  }, []);
  const show = (wanted: string) => {
    if (id === null) history.pushState(null, "");
    setId(wanted);
  };
  const close = () => {
    // Until the way back is gone, a second wish to close would leave the page.
    if (!closing.current) history.back();
    closing.current = true;
  };
  return [id, show, close];
}

type OneProps = {
  file: Shown;
  place: { index: number; count: number };
  former: Shown | undefined;
  next: Shown | undefined;
  show: (id: string) => void;
};

function One({ file: { id, name, contentType }, place, former, next, show }: OneProps) {
  const t = useTranslations("lightbox");
  const common = useTranslations("common");
  return (
    <>
      <DialogHeader>
        <DialogTitle>{name}</DialogTitle>
      </DialogHeader>
      <Player id={id} name={name} contentType={contentType} />
      <DialogFooter className="flex-row items-center justify-end">
        {place.count > 1 && (
          <div className="me-auto flex items-center gap-1">
            <Step label={t("previous")} to={former} show={show}>
              <ChevronLeftIcon />
            </Step>
            <p role="status" className="min-w-16 text-center text-muted text-sm tabular-nums">
              {t("place", place)}
            </p>
            <Step label={t("next")} to={next} show={show}>
              <ChevronRightIcon />
            </Step>
          </div>
        )}
        {/* On a phone the cross and the way back do. */}
        <DialogClose render={<Button variant="secondary">{common("close")}</Button>} className="max-sm:hidden" />
        <a href={`/api/files/${id}`} download className={buttonVariants({ variant: "primary" })}>
          <DownloadIcon />
          {t("download")}
        </a>
      </DialogFooter>
    </>
  );
}

/** aria-disabled rather than disabled: focus stays where it is at the last file. */
function Step({ label, to, show, children }: { label: string; to: Shown | undefined; show: (id: string) => void; children: ReactNode }) {
  return (
    <Button
      variant="ghost"
      size="icon-sm"
      aria-label={label}
      title={label}
      aria-disabled={!to}
      onClick={() => to && show(to.id)}
      className="aria-disabled:opacity-40"
    >
      {children}
    </Button>
  );
}

function Player({ id, name, contentType }: Shown) {
  const src = `/api/files/${id}?disposition=inline`;
  if (contentType.startsWith("audio/"))
    // biome-ignore lint/a11y/useMediaCaption: a member's own sound; there is nobody who wrote captions.
    return <audio src={src} controls autoPlay className="w-full" />;
  const whole = "size-full object-contain";
  return (
    <div className="h-[min(70dvh,44rem)] max-sm:h-[55dvh] overflow-hidden rounded-md bg-background">
      {contentType.startsWith("video/") ? (
        // biome-ignore lint/a11y/useMediaCaption: as above.
        <video src={src} controls autoPlay playsInline className={whole} />
      ) : (
        // biome-ignore lint/performance/noImgElement: it comes from the store by a signed address.
        <img src={src} alt={name} className={whole} />
      )}
    </div>
  );
}
