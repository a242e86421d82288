"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Can } from "@/access/ability-provider";
import { Button } from "@/ui/button";
import { FormDialog } from "@/ui/form-dialog";
import { LanguageField } from "../documents/language-field";
import { TitleField } from "../documents/title-field";
import { createPost } from "./actions";

/** Asks for a title and makes the post, which then opens. */
export function CreatePostDialog({ language }: { language: string }) {
  const t = useTranslations("blog");
  const [open, setOpen] = useState(false);
  return (
    <Can I="create" a="BlogPost">
      <Button onClick={() => setOpen(true)}>{t("create")}</Button>
      <FormDialog
        title={t("createTitle")}
        body={t("createBody")}
        label={t("create")}
        action={(form) => createPost(form)}
        open={open}
        onClose={() => setOpen(false)}
      >
        {({ value, error }) => (
          <>
            <TitleField id="post-title" label={t("postTitle")} defaultValue={value("title")} error={error("title")} />
            <LanguageField
              id="post-language"
              label={t("language")}
              defaultValue={value("language") ?? language}
              error={error("language")}
            />
          </>
        )}
      </FormDialog>
    </Can>
  );
}
