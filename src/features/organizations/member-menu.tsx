"use client";

import { useTranslations } from "next-intl";
import { useState, useTransition } from "react";
import { Button } from "@/ui/button";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuSeparator, DropdownMenuTrigger } from "@/ui/dropdown-menu";
import { MoreIcon } from "@/ui/icons";
import { toast } from "@/ui/toast";
import { changeMemberRole, removeMember } from "./actions";
import { ROLES } from "./limits";

type MemberMenuProps = {
  organizationId: string;
  userId: string;
  name: string;
  role: (typeof ROLES)[number];
  mayChangeRole: boolean;
  mayRemove: boolean;
};

const VERBS = { OWNER: "makeOwner", ADMIN: "makeAdmin", MEMBER: "makeMember" } as const;

/** What can be done with somebody in an organisation: another role, or out of it. */
export function MemberMenu({ organizationId, userId, name, role, mayChangeRole, mayRemove }: MemberMenuProps) {
  const t = useTranslations("organizations");
  const [removing, setRemoving] = useState(false);
  const [pending, startTransition] = useTransition();
  const give = (next: (typeof ROLES)[number]) =>
    startTransition(async () => {
      const result = await changeMemberRole({ organizationId, userId, role: next });
      if (result.ok) toast.success(t("roleChanged", { name }));
      else toast.error(result.error.message);
    });
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger
          render={
            <Button variant="ghost" size="icon-sm" pending={pending} aria-label={t("actionsFor", { name })}>
              <MoreIcon />
            </Button>
          }
        />
        <DropdownMenuContent>
          {mayChangeRole &&
            ROLES.filter((other) => other !== role).map((other) => (
              <DropdownMenuItem key={other} onClick={() => give(other)}>
                {t(VERBS[other])}
              </DropdownMenuItem>
            ))}
          {mayChangeRole && mayRemove && <DropdownMenuSeparator />}
          {mayRemove && (
            <DropdownMenuItem danger onClick={() => setRemoving(true)}>
              {t("remove")}
            </DropdownMenuItem>
          )}
        </DropdownMenuContent>
      </DropdownMenu>
      <ConfirmDialog
        danger
        label={t("remove")}
        title={t("removeTitle", { name })}
        body={t("removeBody")}
        onConfirm={() => removeMember({ organizationId, userId })}
        onDone={() => toast.success(t("removed", { name }))}
        open={removing}
        onClose={() => setRemoving(false)}
      />
    </>
  );
}
