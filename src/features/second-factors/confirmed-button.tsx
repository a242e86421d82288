"use client";

import { useTranslations } from "next-intl";
import { useState, useTransition } from "react";
import type { Result } from "@/access/door";
import { Alert } from "@/ui/alert";
import {
  AlertDialog,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogHeader,
  AlertDialogTitle,
  AlertDialogTrigger,
} from "@/ui/alert-dialog";
import { Button } from "@/ui/button";

type ConfirmedButtonProps = {
  label: string;
  /** What is asked, and what follows from "yes". */
  title: string;
  body: string;
  danger?: boolean;
  onConfirm: () => Promise<Result<unknown>>;
};

/** A button whose act is asked about once more; what went wrong is said in the dialog, which then stays. */
export function ConfirmedButton({ label, title, body, danger = false, onConfirm }: ConfirmedButtonProps) {
  const common = useTranslations("common");
  const [open, setOpen] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [pending, startTransition] = useTransition();
  const confirm = () =>
    startTransition(async () => {
      const result = await onConfirm();
      if (!result.ok) return setProblem(result.error.message);
      setOpen(false);
    });
  const onOpenChange = (opened: boolean) => {
    setOpen(opened);
    setProblem(undefined);
  };
  return (
    <AlertDialog open={open} onOpenChange={onOpenChange}>
      <AlertDialogTrigger render={<Button variant="secondary">{label}</Button>} />
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
