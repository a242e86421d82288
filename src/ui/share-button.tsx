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
  const { name, organizationId } = props;
  const organization = props.organizations.find(({ id }) => id === organizationId)?.name;
  return (
    <>
      {organization ? (
        <Button
          variant="ghost"
          size="sm"
          aria-label={t("sharedTitle", { name, organization })}
          title={organization}
          onClick={() => setOpen(true)}
        >
          <ShareIcon className="text-ember" />
          <span className="max-sm:hidden">{t("isShared")}</span>
        </Button>
      ) : (
        <Button variant="ghost" size="icon-sm" aria-label={t("title", { name })} title={t("share")} onClick={() => setOpen(true)}>
          <ShareIcon />
        </Button>
      )}
      <ShareDialog {...props} open={open} onClose={() => setOpen(false)} />
    </>
  );
}
