"use client";

import { useState } from "react";
import { Button } from "./button";
import { FormDialog, type FormDialogProps } from "./form-dialog";

type Answer<T> = { ok: true; data: T } | { ok: false; error: { message: string } };
type Question<T> = {
  /** The verb, on the button that does it. */
  label: string;
  /** What is asked, and what follows from "yes". */
  title: string;
  body: string;
  danger?: boolean;
  needsProof?: boolean;
  intl?: FormDialogProps<T>["intl"];
  onConfirm: () => Promise<Answer<T>>;
  onDone?: () => void;
};

/** Asks once more before an act; what went wrong is said in the dialog, which then stays. */
export function ConfirmDialog<T>({ onConfirm, ...question }: Question<T> & { open: boolean; onClose: () => void }) {
  return <FormDialog {...question} question action={onConfirm} />;
}

/** A button whose act is asked about once more. */
export function ConfirmedButton<T>({ size = "md", ...question }: Question<T> & { size?: "md" | "sm" }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="secondary" size={size} onClick={() => setOpen(true)}>
        {question.label}
      </Button>
      <ConfirmDialog {...question} open={open} onClose={() => setOpen(false)} />
    </>
  );
}
