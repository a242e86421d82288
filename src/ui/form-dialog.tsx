"use client";

import type { NextIntlClientProvider } from "next-intl";
import { type ComponentProps, lazy, type ReactNode, Suspense, useState } from "react";

export type Outcome<T> = { ok: true; data: T } | { ok: false; error: { message: string; fields?: Record<string, string> } };

/** What a field is told: what was typed into it the last time, and what was wrong with it. */
export type Tried = { value(name: string): string | undefined; error(name: string): string | undefined };

export type DialogFormProps<T> = {
  title: string;
  body?: ReactNode;
  /** The verb, on the button that does it. */
  label: string;
  danger?: boolean;
  /** It takes a proof of who one is within the last minutes: where there is none, its form comes first. */
  needsProof?: boolean;
  action: (form: FormData) => Promise<Outcome<T>>;
  onClose: () => void;
  /** When it is done; the dialog closes by itself. */
  onDone?: ((data: T) => void) | undefined;
  children?: (tried: Tried) => ReactNode;
};

export type FormDialogProps<T> = DialogFormProps<T> & {
  /** It asks about an act: a click beside it does not close it. */
  question?: boolean;
  /** The texts of `common`, on a page that is not <Interactive>: what translates arrives with the dialog then. */
  intl?: Omit<ComponentProps<typeof NextIntlClientProvider>, "children"> | undefined;
  open: boolean;
};

const Window = lazy(() => import("./form-dialog-window"));

/** A few fields and one act, in a dialog. Most are never opened: what they are made of arrives with the first that is. */
export function FormDialog<T>({ onDone, ...form }: FormDialogProps<T>) {
  const [wanted, setWanted] = useState(form.open);
  if (form.open && !wanted) setWanted(true);
  if (!wanted) return null;
  return (
    <Suspense fallback={null}>
      {/* What `action` has answered; lazy() forgets of what type it is. */}
      <Window {...form} onDone={(data) => onDone?.(data as T)} />
    </Suspense>
  );
}
