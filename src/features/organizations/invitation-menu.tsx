"use client";

import { useTranslations } from "next-intl";
import { useState, useTransition } from "react";
import { Button } from "@/ui/button";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuTrigger } from "@/ui/dropdown-menu";
import { MoreIcon } from "@/ui/icons";
import { toast } from "@/ui/toast";
import { resendOrganizationInvitation, revokeOrganizationInvitation } from "./actions";

/** What can be done with an invitation that waits: send it once more, or withdraw it. */
export function InvitationMenu({ id, email }: { id: string; email: string }) {
  const t = useTranslations("organizations");
  const [revoking, setRevoking] = useState(false);
  const [pending, startTransition] = useTransition();
  const resend = () =>
    startTransition(async () => {
      const result = await resendOrganizationInvitation({ id });
      if (result.ok) toast.success(t("resent", { email }));
      else toast.error(result.error.message);
    });
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger
          render={
            <Button variant="ghost" size="icon-sm" pending={pending} aria-label={t("actionsFor", { name: email })}>
              <MoreIcon />
            </Button>
          }
        />
        <DropdownMenuContent>
          <DropdownMenuItem onClick={resend}>{t("resend")}</DropdownMenuItem>
          <DropdownMenuItem danger onClick={() => setRevoking(true)}>
            {t("revoke")}
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      <ConfirmDialog
        danger
        label={t("revoke")}
        title={t("revokeTitle", { email })}
        body={t("revokeBody")}
        onConfirm={() => revokeOrganizationInvitation({ id })}
        onDone={() => toast.success(t("revoked", { email }))}
        open={revoking}
        onClose={() => setRevoking(false)}
      />
    </>
  );
}
