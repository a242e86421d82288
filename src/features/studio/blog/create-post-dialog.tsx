"use client";

import { useTranslations } from "next-intl";
import { useActionState, useRef, useState } from "react";
import { Can } from "@/access/ability-provider";
import { Alert } from "@/ui/alert";
import { Button } from "@/ui/button";
import { Dialog, DialogClose, DialogContent, DialogFooter, DialogHeader, DialogTitle } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { SubmitButton } from "@/ui/submit-button";
import { useFocusFirstError } from "@/ui/use-focus-first-error";
import { LanguageField } from "../documents/language-field";
import { MAX_TITLE_LENGTH } from "../documents/schema";
import { createPost } from "./actions";

/** Asks for a title and makes the post, which then opens. */
export function CreatePostDialog({ language }: { language: string }) {
  const t = useTranslations("blog");
  const common = useTranslations("common");
  const form = useRef<HTMLFormElement>(null);
  const [open, setOpen] = useState(false);
  const [result, submit] = useActionState(createPost, null);
  const problem = result?.ok === false ? result : undefined;
  useFocusFirstError(form, problem?.error);
  return (
    <Can I="create" a="BlogPost">
      <Button onClick={() => setOpen(true)}>{t("create")}</Button>
      <Dialog open={open} onOpenChange={setOpen}>
        <DialogContent closeLabel={common("close")}>
          <form ref={form} action={submit} className="grid gap-5" noValidate key={JSON.stringify(problem?.values)}>
            <DialogHeader>
              <DialogTitle>{t("createTitle")}</DialogTitle>
              <p className="text-body text-muted">{t("createBody")}</p>
            </DialogHeader>
            {problem && !problem.error.fields && <Alert tone="danger">{problem.error.message}</Alert>}
            <Field id="post-title" label={t("postTitle")} error={problem?.error.fields?.title}>
              {(control) => (
                <Input
                  {...control}
                  name="title"
                  required
                  maxLength={MAX_TITLE_LENGTH}
                  defaultValue={problem?.values?.title}
                  autoComplete="off"
                />
              )}
            </Field>
            <LanguageField
              id="post-language"
              label={t("language")}
              defaultValue={problem?.values?.language ?? language}
              error={problem?.error.fields?.language}
            />
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
