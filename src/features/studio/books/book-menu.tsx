"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/ui/button";
import { ConfirmedButton } from "@/ui/confirm-dialog";
import { FormDialog } from "@/ui/form-dialog";
import { toast } from "@/ui/toast";
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
export function BookMenu({ book: { id, updatedAt, ...initial } }: { book: Details }) {
  const t = useTranslations("books");
  const router = useRouter();
  const [editing, setEditing] = useState(false);
  const removed = () => {
    toast.success(t("deleted", { title: initial.title }));
    router.push("/studio/books");
  };
  return (
    <>
      <Button variant="secondary" onClick={() => setEditing(true)}>
        {t("settings")}
      </Button>
      <FormDialog
        title={t("settingsTitle")}
        label={t("saveSettings")}
        action={(form) => updateBook(form)}
        onDone={() => toast.success(t("settingsSaved"))}
        open={editing}
        onClose={() => setEditing(false)}
      >
        {(tried) => (
          <>
            <input type="hidden" name="id" value={id} />
            <input type="hidden" name="updatedAt" value={updatedAt} />
            <BookFields {...tried} initial={initial} />
          </>
        )}
      </FormDialog>
      <ConfirmedButton
        danger
        label={t("delete")}
        title={t("deleteTitle", { title: initial.title })}
        body={t("deleteBody")}
        onConfirm={() => deleteBook({ id })}
        onDone={removed}
      />
    </>
  );
}
