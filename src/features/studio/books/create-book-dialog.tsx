"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Can } from "@/access/ability-provider";
import { Button } from "@/ui/button";
import { FormDialog } from "@/ui/form-dialog";
import { createBook } from "./actions";
import { BookFields } from "./book-fields";

/** Asks for a title and makes the book, which then opens. */
export function CreateBookDialog({ language }: { language: string }) {
  const t = useTranslations("books");
  const [open, setOpen] = useState(false);
  return (
    <Can I="create" a="Book">
      <Button onClick={() => setOpen(true)}>{t("create")}</Button>
      <FormDialog
        title={t("createTitle")}
        body={t("createBody")}
        label={t("create")}
        action={(form) => createBook(form)}
        open={open}
        onClose={() => setOpen(false)}
      >
        {(tried) => <BookFields {...tried} initial={{ title: "", description: "", language }} />}
      </FormDialog>
    </Can>
  );
}
