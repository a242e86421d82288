"use client";

import { useTranslations } from "next-intl";
import { useState, useTransition } from "react";
import { Can } from "@/access/ability-provider";
import { Button } from "@/ui/button";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuTrigger } from "@/ui/dropdown-menu";
import { MoreIcon } from "@/ui/icons";
import { toast } from "@/ui/toast";
import { resendInvitation, revokeInvitation } from "./actions";

type InvitationMenuProps = { id: string; email: string; role: "MEMBER" | "ADMIN" };

/** What can be done with an invitation that nobody has accepted: send it once more, or withdraw it. To make an admin takes a proof first. */
export function InvitationMenu({ id, email, role }: InvitationMenuProps) {
  const t = useTranslations("invitations");
  const common = useTranslations("common");
  const [revoking, setRevoking] = useState(false);
  const [resending, setResending] = useState(false);
  const [pending, startTransition] = useTransition();
  const resend = async () => {
    const result = await resendInvitation({ id });
    if (result.ok) toast.success(t("resent", { email }));
    return result;
  };
  const resendAtOnce = () =>
    startTransition(async () => {
      const result = await resend();
      if (!result.ok) toast.error(result.error.message);
    });
  const revoke = async () => {
    const result = await revokeInvitation({ id });
    if (result.ok) toast.success(t("revoked", { email }));
    return result;
  };
  return (
    <Can I="delete" a="Invitation">
      <DropdownMenu>
        <DropdownMenuTrigger
          render={
            <Button variant="ghost" size="icon-sm" pending={pending} aria-label={common("actOn", { act: t("actions"), what: email })}>
              <MoreIcon />
            </Button>
          }
        />
        <DropdownMenuContent>
          <DropdownMenuItem onClick={role === "ADMIN" ? () => setResending(true) : resendAtOnce}>{t("resend")}</DropdownMenuItem>
          <DropdownMenuItem danger onClick={() => setRevoking(true)}>
            {t("revoke")}
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      <ConfirmDialog
        label={t("resend")}
        title={t("resendTitle", { email })}
        body={t("resendBody")}
        needsProof
        onConfirm={resend}
        open={resending}
        onClose={() => setResending(false)}
      />
      <ConfirmDialog
        danger
        label={t("revoke")}
        title={t("revokeTitle", { email })}
        body={t("revokeBody")}
        onConfirm={revoke}
        open={revoking}
        onClose={() => setRevoking(false)}
      />
    </Can>
  );
}
