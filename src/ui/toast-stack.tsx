"use client";

import { useEffect } from "react";
import { Toaster as Sonner, toast } from "sonner";
import { DangerIcon, InfoIcon, SuccessIcon } from "./icons";
import { Spinner } from "./spinner";
import type { ToasterProps } from "./toast";

/** Sonner in our clothes. Its own sheet still does the stacking; only the look of a toast is ours. */
export default function ToastStack({ labels, onReady }: ToasterProps & { onReady: (speak: typeof toast) => void }) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when Sonner has begun to listen.
  useEffect(() => onReady(toast), []);
  return (
    <Sonner
      position="bottom-right"
      closeButton
      containerAriaLabel={labels.region}
      offset={24}
      mobileOffset={16}
      icons={{
        success: <SuccessIcon className="size-4 text-success" />,
        error: <DangerIcon className="size-4 text-danger" />,
        info: <InfoIcon className="size-4 text-info" />,
        loading: <Spinner className="text-muted" />,
      }}
      toastOptions={{ closeButtonAriaLabel: labels.close }}
      className="foyer-toasts"
    />
  );
}
