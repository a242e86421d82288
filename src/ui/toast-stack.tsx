"use client";

import { Toast } from "@base-ui/react/toast";
import { useEffect } from "react";
import { CloseIcon } from "./close-icon";
import { cn } from "./cn";
import { DangerIcon } from "./form-icons";
import { InfoIcon, SuccessIcon } from "./notice-icons";
import { Spinner } from "./spinner";
import { type Notice, speakThrough, type ToasterProps } from "./toast";

const manager = Toast.createToastManager();

/** Loaded by toast.tsx with the first toast. F6 leads to it, Escape closes, hover and focus stop the clock. */
export default function ToastStack({ labels }: ToasterProps) {
  useEffect(
    () =>
      speakThrough(({ action, ...notice }) => {
        manager.add({
          ...notice,
          priority: notice.type === "error" ? "high" : "low",
          ...(action && { actionProps: { children: action.label, onClick: action.onClick } }),
        });
      }),
    [],
  );
  return (
    <Toast.Provider toastManager={manager}>
      <Toast.Portal>
        <Toast.Viewport
          aria-label={labels.region}
          className="fixed inset-x-4 bottom-4 z-50 mx-auto sm:start-auto sm:end-6 sm:bottom-6 sm:w-90"
        >
          <Toasts closeLabel={labels.close} />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

const icons: Record<Notice["type"], typeof Spinner> = {
  success: ({ className }) => <SuccessIcon className={cn("text-success", className)} />,
  error: ({ className }) => <DangerIcon className={cn("text-danger", className)} />,
  info: ({ className }) => <InfoIcon className={cn("text-info", className)} />,
  loading: ({ className }) => <Spinner className={cn("text-muted", className)} />,
};

function Toasts({ closeLabel }: { closeLabel: string }) {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => {
    const Icon = icons[isKind(toast.type) ? toast.type : "info"];
    return (
      // Placing and stacking are in globals.css, from the variables Base UI measures.
      <Toast.Root
        key={toast.id}
        toast={toast}
        data-slot="toast"
        className="rounded-lg bg-raised text-foreground shadow-float"
        swipeDirection={["right", "down"]}
      >
        <Toast.Content className="flex items-start gap-3 overflow-hidden py-3 ps-4 pe-2 text-sm transition-opacity data-behind:opacity-0 data-expanded:opacity-100">
          <Icon className="mt-0.5 size-4 shrink-0" />
          <div className="min-w-0 flex-1 [overflow-wrap:anywhere]">
            <Toast.Title className="font-medium text-sm" />
            <Toast.Description className="text-muted text-sm" />
          </div>
          <Toast.Action className="h-7 shrink-0 rounded-sm border border-input px-2 font-medium text-xs hover:bg-hover" />
          <Toast.Close
            aria-label={closeLabel}
            className="-my-1 grid size-7 shrink-0 place-items-center rounded-sm text-muted hover:bg-hover hover:text-foreground"
          >
            <CloseIcon className="size-3.5" />
          </Toast.Close>
        </Toast.Content>
      </Toast.Root>
    );
  });
}

function isKind(type: string | undefined): type is Notice["type"] {
  return type !== undefined && type in icons;
}
