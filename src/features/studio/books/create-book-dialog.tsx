"use client";

import { useTranslations } from "next-intl";
import { useActionState, useRef, useState } from "react";
import { Can } from "@/access/ability-provider";
import { Alert } from "@/ui/alert";
import { Button } from "@/ui/button";
import { Dialog, DialogClose, DialogContent, DialogFooter, DialogHeader, DialogTitle } from "@/ui/dialog";
import { SubmitButton } from "@/ui/submit-button";
import { useFocusFirstError } from "@/ui/use-focus-first-error";
import { createBook } from "./actions";
import { BookFields } from "./book-fields";

/** Asks for a title and makes the book, which then opens. */
export function CreateBookDialog({ language }: { language: string }) {
  const t = useTranslations("books");
  const common = useTranslations("common");
  const form = useRef<HTMLFormElement>(null);
  const [open, setOpen] = useState(false);
  const [result, submit] = useActionState(createBook, null);
  const problem = result?.ok === false ? result : undefined;
  useFocusFirstError(form, problem?.error);
  return (
    <Can I="create" a="Book">
      <Button onClick={() => setOpen(true)}>{t("create")}</Button>
      <Dialog open={open} onOpenChange={setOpen}>
        <DialogContent closeLabel={common("close")}>
          <form ref={form} action={submit} className="grid gap-5" noValidate key={JSON.stringify(problem?.values)}>
            <DialogHeader>
              <DialogTitle>{t("createTitle")}</DialogTitle>
              <p className="text-body text-muted">{t("createBody")}</p>
            </DialogHeader>
            {problem && !problem.error.fields && <Alert tone="danger">{problem.error.message}</Alert>}
            <BookFields initial={{ title: "", description: "", language, ...problem?.values }} errors={problem?.error.fields} />
            <DialogFooter>
              <DialogClose render={<Button variant="secondary">{common("cancel")}</Button>} />
              <SubmitButton>{t("create")}</SubmitButton>
            </DialogFooter>
          </form>
        </DialogContent>
      </Dialog>
    </Can>
  );
}
