"use client";

import { Dialog as Base } from "@base-ui/react/dialog";
import type { ComponentProps } from "react";
import { CloseIcon } from "./close-icon";
import { cn } from "./cn";

/** `open` and `onOpenChange` to control it; focus is trapped, Escape closes, focus returns to where it was. */
export const Dialog = Base.Root;

export function DialogClose(props: Base.Close.Props) {
  return <Base.Close data-slot="dialog-close" {...props} />;
}

const backdropClasses =
  "fixed inset-0 z-40 bg-scrim transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0";

const popupClasses = [
  "fixed top-1/2 left-1/2 z-40 grid max-h-[calc(100dvh-2rem)] w-full max-w-[min(28rem,calc(100vw-2rem))] -translate-x-1/2 -translate-y-1/2 gap-5 overflow-y-auto overscroll-contain",
  "rounded-lg bg-raised p-6 text-foreground shadow-float outline-none transition-[scale,opacity] duration-150 ease-out",
  "data-ending-style:scale-[0.98] data-starting-style:scale-[0.98] data-ending-style:opacity-0 data-starting-style:opacity-0",
];

type DialogContentProps = Base.Popup.Props & {
  /** Accessible name of the cross. Without it there is none: then the content must hold a DialogClose. */
  closeLabel?: string;
};

export function DialogContent({ className, closeLabel, children, ...props }: DialogContentProps) {
  return (
    <Base.Portal>
      <Base.Backdrop data-slot="dialog-backdrop" className={backdropClasses} />
      <Base.Popup data-slot="dialog-content" className={cn(popupClasses, typeof className === "string" && className)} {...props}>
        {children}
        {closeLabel && (
          <Base.Close
            aria-label={closeLabel}
            className="absolute end-3 top-3 grid size-9 place-items-center rounded-md text-muted transition-colors hover:bg-hover hover:text-foreground"
          >
            <CloseIcon />
          </Base.Close>
        )}
      </Base.Popup>
    </Base.Portal>
  );
}

export function DialogHeader({ className, ...props }: ComponentProps<"div">) {
  return <div data-slot="dialog-header" className={cn("grid gap-1.5 pe-6", className)} {...props} />;
}

/** Names the object: "Rename report.pdf". */
export function DialogTitle(props: Base.Title.Props) {
  return <Base.Title data-slot="dialog-title" className="text-balance font-semibold text-base [overflow-wrap:anywhere]" {...props} />;
}

/** What follows from it. */
export function DialogDescription(props: Base.Description.Props) {
  return <Base.Description data-slot="dialog-description" className="text-body text-muted [overflow-wrap:anywhere]" {...props} />;
}

/** Buttons, the one that acts last; on phones one under the other with that one on top. */
export function DialogFooter({ className, ...props }: ComponentProps<"div">) {
  return (
    <div data-slot="dialog-footer" className={cn("flex flex-col-reverse gap-2 pt-1 sm:flex-row sm:justify-end", className)} {...props} />
  );
}
