"use client";

import { useTranslations } from "next-intl";
import { useState, useTransition } from "react";
import { Alert } from "./alert";
import {
  AlertDialog,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogHeader,
  AlertDialogTitle,
} from "./alert-dialog";
import { Button } from "./button";

type Answer = { ok: true } | { ok: false; error: { message: string } };
type Question = {
  /** The verb, on the button that does it. */
  label: string;
  /** What is asked, and what follows from "yes". */
  title: string;
  body: string;
  danger?: boolean;
  onConfirm: () => Promise<Answer>;
};

/** Asks once more before an act; what went wrong is said in the dialog, which then stays. */
export function ConfirmDialog({
  label,
  title,
  body,
  danger = false,
  onConfirm,
  open,
  onClose,
}: Question & { open: boolean; onClose: () => void }) {
  const common = useTranslations("common");
  const [problem, setProblem] = useState<string>();
  const [pending, startTransition] = useTransition();
  const close = () => {
    setProblem(undefined);
    onClose();
  };
  const confirm = () =>
    startTransition(async () => {
      const result = await onConfirm();
      if (result.ok) close();
      else setProblem(result.error.message);
    });
  return (
    <AlertDialog open={open} onOpenChange={(next) => !next && close()}>
      <AlertDialogContent>
        <AlertDialogHeader>
          <AlertDialogTitle>{title}</AlertDialogTitle>
          <AlertDialogDescription>{body}</AlertDialogDescription>
        </AlertDialogHeader>
        {problem && <Alert tone="danger">{problem}</Alert>}
        <AlertDialogFooter>
          <AlertDialogCancel render={<Button variant="secondary">{common("cancel")}</Button>} />
          <Button variant={danger ? "danger" : "primary"} pending={pending} onClick={confirm}>
            {label}
          </Button>
        </AlertDialogFooter>
      </AlertDialogContent>
    </AlertDialog>
  );
}

/** A button whose act is asked about once more. */
export function ConfirmedButton({ size = "md", ...question }: Question & { size?: "md" | "sm" }) {
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
