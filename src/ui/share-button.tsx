"use client";

import { useTranslations } from "next-intl";
import { type ComponentProps, useState } from "react";
import { Button } from "./button";
import { ShareIcon } from "./icons";
import { ShareDialog } from "./share-dialog";

/** Shares one thing with an organisation of one's own; not there for whoever belongs to none. */
export function ShareButton(props: Omit<ComponentProps<typeof ShareDialog>, "open" | "onClose">) {
  const t = useTranslations("sharing");
  const [open, setOpen] = useState(false);
  if (props.organizations.length === 0) return null;
  const label = t("title", { name: props.name });
  return (
    <>
      <Button
        variant="ghost"
        size="icon-sm"
        aria-label={label}
        title={props.organizationId ? t("isShared") : undefined}
        onClick={() => setOpen(true)}
      >
        <ShareIcon className={props.organizationId ? "text-ember" : undefined} />
      </Button>
      <ShareDialog {...props} open={open} onClose={() => setOpen(false)} />
    </>
  );
}
