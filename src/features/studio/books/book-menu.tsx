"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useActionState, useEffect, useRef, useState } from "react";
import { Alert } from "@/ui/alert";
import { Button } from "@/ui/button";
import { ConfirmedButton } from "@/ui/confirm-dialog";
import { Dialog, DialogClose, DialogContent, DialogFooter, DialogHeader, DialogTitle } from "@/ui/dialog";
import { SubmitButton } from "@/ui/submit-button";
import { toast } from "@/ui/toast";
import { useFocusFirstError } from "@/ui/use-focus-first-error";
import { deleteBook, updateBook } from "./actions";
import { BookFields } from "./book-fields";

interface Details {
  id: string;
  title: string;
  description: string;
  language: string;
  updatedAt: string;
}

/** What its author can do with a book as a whole: change what is said of it, or delete it. */
export function BookMenu({ book }: { book: Details }) {
  const t = useTranslations("books");
  const router = useRouter();
  const remove = async () => {
    const result = await deleteBook({ id: book.id });
    if (result.ok) {
      toast.success(t("deleted", { title: book.title }));
      router.push("/studio/books");
    }
    return result;
  };
  return (
    <>
      <DetailsDialog book={book} />
      <ConfirmedButton
        danger
        label={t("delete")}
        title={t("deleteTitle", { title: book.title })}
        body={t("deleteBody")}
        onConfirm={remove}
      />
    </>
  );
}

function DetailsDialog({ book: { id, updatedAt, ...initial } }: { book: Details }) {
  const t = useTranslations("books");
  const common = useTranslations("common");
  const form = useRef<HTMLFormElement>(null);
  const [open, setOpen] = useState(false);
  const [result, submit] = useActionState(updateBook, null);
  const problem = result?.ok === false ? result : undefined;
  useFocusFirstError(form, problem?.error);
  useEffect(() => {
    if (!result?.ok) return;
    toast.success(t("settingsSaved"));
    setOpen(false);
  }, [result, t]);
  return (
    <>
      <Button variant="secondary" onClick={() => setOpen(true)}>
        {t("settings")}
      </Button>
      <Dialog open={open} onOpenChange={setOpen}>
        <DialogContent closeLabel={common("close")}>
          <form ref={form} action={submit} className="grid gap-5" noValidate key={JSON.stringify(problem?.values)}>
            <DialogHeader>
              <DialogTitle>{t("settingsTitle")}</DialogTitle>
            </DialogHeader>
            {problem && !problem.error.fields && <Alert tone="danger">{problem.error.message}</Alert>}
            <input type="hidden" name="id" value={id} />
            <input type="hidden" name="updatedAt" value={updatedAt} />
            <BookFields initial={{ ...initial, ...problem?.values }} errors={problem?.error.fields} />
            <DialogFooter>
              <DialogClose render={<Button variant="secondary">{common("cancel")}</Button>} />
              <SubmitButton>{t("saveSettings")}</SubmitButton>
            </DialogFooter>
          </form>
        </DialogContent>
      </Dialog>
    </>
  );
}
