"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { FormDialog } from "@/ui/form-dialog";
import { Textarea } from "@/ui/textarea";
import { toast } from "@/ui/toast";
import { draftPost } from "../blog/actions";
import { draftChapter } from "../books/actions";
import { MAX_PROMPT_CHARS } from "../inputs/limits";

/** Asks in a few words for a draft; the page then shows how far it is. */
export function DraftButton({ of }: { of: { bookId: string } | { blogPostId: string } }) {
  const t = useTranslations("drafts");
  const [open, setOpen] = useState(false);
  const isBook = "bookId" in of;
  return (
    <>
      <Button variant="secondary" className="justify-self-start" onClick={() => setOpen(true)}>
        {t("ask")}
      </Button>
      <FormDialog
        title={t("ask")}
        body={t(isBook ? "bookBody" : "postBody")}
        label={t(isBook ? "draftChapter" : "draftText")}
        action={(form) => (isBook ? draftChapter(form) : draftPost(form))}
        onDone={() => toast.success(t("started"))}
        open={open}
        onClose={() => setOpen(false)}
      >
        {({ value, error }) => (
          <>
            <input type="hidden" name="id" value={isBook ? of.bookId : of.blogPostId} />
            <Field id="draft-prompt" label={t("prompt")} error={error("prompt")}>
              {(control) => (
                <Textarea
                  {...control}
                  name="prompt"
                  rows={5}
                  required
                  maxLength={MAX_PROMPT_CHARS}
                  placeholder={t("placeholder")}
                  defaultValue={value("prompt")}
                />
              )}
            </Field>
          </>
        )}
      </FormDialog>
    </>
  );
}
