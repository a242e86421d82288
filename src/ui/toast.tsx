"use client";

import { lazy, type ReactNode, Suspense, useSyncExternalStore } from "react";

export type Notice = {
  id?: string;
  type: "success" | "error" | "info" | "loading";
  title: ReactNode;
  description?: ReactNode;
  /** Milliseconds it stays; 0 until closed. What is loading stays until the same id says otherwise. */
  timeout?: number;
  action?: { label: string; onClick: () => void };
};

type Options = Omit<Notice, "type" | "title">;

/** Says what happened in a corner for a few seconds. With the `id` of an earlier one it takes its place. */
export const toast = {
  success: (title: ReactNode, options?: Options) => say({ ...options, type: "success", title }),
  error: (title: ReactNode, options?: Options) => say({ ...options, type: "error", title }),
  info: (title: ReactNode, options?: Options) => say({ ...options, type: "info", title }),
  loading: (title: ReactNode, options?: Options) => say({ timeout: 0, ...options, type: "loading", title }),
};

export type ToasterProps = {
  /** Names the region and the cross: "Notifications", "Close". */
  labels: { region: string; close: string };
};

const Stack = lazy(() => import("./toast-stack"));

/** Where toasts appear; once, in the signed-in shell. The code that shows them arrives with the first one. */
export function Toaster(props: ToasterProps) {
  const wanted = useSyncExternalStore(
    subscribe,
    () => waiting.length > 0 || speaker !== undefined,
    () => false,
  );
  return wanted ? (
    <Suspense fallback={null}>
      <Stack {...props} />
    </Suspense>
  ) : null;
}

/*
 * The store is this module's, since the one who speaks and the one who shows sit in different places of the tree; what
 * is said before the stack stands waits here.
 */
const waiting: Notice[] = [];
let speaker: ((notice: Notice) => void) | undefined;
const listeners = new Set<() => void>();

function say(notice: Notice) {
  if (speaker) return speaker(notice);
  waiting.push(notice);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** For the stack: takes over what is said from now on, and what has waited. Returns how to hand it back. */
export function speakThrough(next: (notice: Notice) => void): () => void {
  speaker = next;
  for (const notice of waiting.splice(0)) next(notice);
  return () => {
    speaker = undefined;
  };
}
