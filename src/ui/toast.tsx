"use client";

import { lazy, type ReactNode, Suspense, useEffect, useState, useSyncExternalStore } from "react";
import type { ExternalToast } from "sonner";

type Kind = "success" | "error" | "info" | "message" | "loading";
type Options = Pick<ExternalToast, "id" | "description" | "duration" | "action">;

/*
 * Sonner arrives with the first toast, not with the page: what is said before it stands waits here. The store is this
 * module's, since the one who speaks and the one who shows sit in different places of the tree.
 */
const waiting: (() => void)[] = [];
let wanted = false;
let ready: typeof import("sonner").toast | undefined;
const listeners = new Set<() => void>();

function say(kind: Kind, message: ReactNode, options?: Options) {
  const speak = () => ready?.[kind](message, options);
  if (ready) return speak();
  waiting.push(speak);
  wanted = true;
  for (const listener of listeners) listener();
}

/** Says what happened in a corner for a few seconds. With the `id` of an earlier one it takes its place. */
export const toast = {
  success: (message: ReactNode, options?: Options) => say("success", message, options),
  error: (message: ReactNode, options?: Options) => say("error", message, options),
  info: (message: ReactNode, options?: Options) => say("info", message, options),
  message: (message: ReactNode, options?: Options) => say("message", message, options),
  loading: (message: ReactNode, options?: Options) => say("loading", message, options),
  dismiss: (id?: string | number) => ready?.dismiss(id),
};

export type ToasterProps = {
  /** Names the region and the cross: "Notifications", "Close". */
  labels: { region: string; close: string };
};

const Stack = lazy(() => import("./toast-stack"));

/** Where toasts appear; once, in the signed-in shell. */
export function Toaster({ labels }: ToasterProps) {
  const mounted = useSyncExternalStore(subscribe, () => wanted, () => false);
  const [speaker, setSpeaker] = useState<typeof ready>();
  useEffect(() => {
    if (!speaker) return;
    ready = speaker;
    for (const speak of waiting.splice(0)) speak();
    return () => {
      ready = undefined;
    };
  }, [speaker]);
  if (!mounted) return null;
  return (
    <Suspense fallback={null}>
      <Stack labels={labels} onReady={(toast) => setSpeaker(() => toast)} />
    </Suspense>
  );
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
