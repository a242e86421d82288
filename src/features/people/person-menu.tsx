"use client";

import { subject } from "@casl/ability";
import { useTranslations } from "next-intl";
import { useState, useTransition } from "react";
import { Can } from "@/access/ability-provider";
import { Button } from "@/ui/button";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuLink, DropdownMenuTrigger } from "@/ui/dropdown-menu";
import { MoreIcon } from "@/ui/icons";
import { toast } from "@/ui/toast";
import { resetSecondFactors, unbanPerson } from "./actions";
import { BanDialog } from "./ban-dialog";

/** What else can be done with a person: shut them out, let them back in, help them when their second factor is lost. */
export function PersonMenu({ userId, name, banned }: { userId: string; name: string; banned: boolean }) {
  const t = useTranslations("people");
  const common = useTranslations("common");
  const [open, setOpen] = useState(false);
  const [resetting, setResetting] = useState(false);
  const [pending, startTransition] = useTransition();
  const unban = () =>
    startTransition(async () => {
      const result = await unbanPerson({ userId });
      if (result.ok) toast.success(t("unbannedDone", { name }));
      else toast.error(result.error.message);
    });
  return (
    <Can I="update" this={subject("User", { id: userId })} field="ban">
      <DropdownMenu>
        <DropdownMenuTrigger
          render={
            <Button variant="ghost" size="icon-sm" pending={pending} aria-label={common("actOn", { act: t("actions"), what: name })}>
              <MoreIcon />
            </Button>
          }
        />
        <DropdownMenuContent>
          {banned ? (
            <DropdownMenuItem onClick={unban}>{t("unban")}</DropdownMenuItem>
          ) : (
            <DropdownMenuItem danger onClick={() => setOpen(true)}>
              {t("ban")}
            </DropdownMenuItem>
          )}
          <DropdownMenuItem danger onClick={() => setResetting(true)}>
            {t("resetFactors")}
          </DropdownMenuItem>
          <DropdownMenuLink href={`/admin/users/${userId}/delete`} className="text-danger">
            {t("deleteAccount")}
          </DropdownMenuLink>
        </DropdownMenuContent>
      </DropdownMenu>
      <BanDialog userId={userId} name={name} open={open} onClose={() => setOpen(false)} />
      <ConfirmDialog
        danger
        label={t("resetFactors")}
        title={t("resetFactorsTitle", { name })}
        body={t("resetFactorsBody", { name })}
        needsProof
        onConfirm={() => resetSecondFactors({ userId })}
        onDone={() => toast.success(t("resetFactorsDone", { name }))}
        open={resetting}
        onClose={() => setResetting(false)}
      />
    </Can>
  );
}
