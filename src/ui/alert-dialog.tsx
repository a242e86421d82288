"use client";

import { AlertDialog as Base } from "@base-ui/react/alert-dialog";
import type { ComponentProps } from "react";
import { cn } from "./cn";
import { backdropClasses, popupClasses } from "./dialog";

/** For what destroys: a click beside it does not close it. The title names the object, the description the consequence. */
export const AlertDialog = Base.Root;

export function AlertDialogTrigger(props: Base.Trigger.Props) {
  return <Base.Trigger data-slot="alert-dialog-trigger" {...props} />;
}

export function AlertDialogContent({ className, ...props }: Base.Popup.Props) {
  return (
    <Base.Portal>
      <Base.Backdrop data-slot="alert-dialog-backdrop" className={backdropClasses} />
      <Base.Popup data-slot="alert-dialog-content" className={cn(popupClasses, typeof className === "string" && className)} {...props} />
    </Base.Portal>
  );
}

export function AlertDialogHeader({ className, ...props }: ComponentProps<"div">) {
  return <div data-slot="alert-dialog-header" className={cn("grid gap-1.5", className)} {...props} />;
}

export function AlertDialogTitle(props: Base.Title.Props) {
  return <Base.Title data-slot="alert-dialog-title" className="text-balance font-semibold text-base [overflow-wrap:anywhere]" {...props} />;
}

export function AlertDialogDescription(props: Base.Description.Props) {
  return <Base.Description data-slot="alert-dialog-description" className="text-body text-muted [overflow-wrap:anywhere]" {...props} />;
}

export function AlertDialogFooter({ className, ...props }: ComponentProps<"div">) {
  return (
    <div
      data-slot="alert-dialog-footer"
      className={cn("flex flex-col-reverse gap-2 pt-1 sm:flex-row sm:justify-end", className)}
      {...props}
    />
  );
}

/** Steps back: `<AlertDialogCancel render={<Button variant="secondary">Cancel</Button>} />`. */
export function AlertDialogCancel(props: Base.Close.Props) {
  return <Base.Close data-slot="alert-dialog-cancel" {...props} />;
}
