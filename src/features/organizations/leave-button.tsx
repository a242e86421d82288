"use client";

import { useTranslations } from "next-intl";
import { ConfirmedButton } from "@/ui/confirm-dialog";
import { removeMember } from "./actions";

/** The way out of an organisation. */
export function LeaveButton({ organizationId, userId, name }: { organizationId: string; userId: string; name: string }) {
  const t = useTranslations("organizations");
  return (
    <ConfirmedButton
      danger
      label={t("leave")}
      title={t("leaveTitle", { name })}
      body={t("leaveBody")}
      onConfirm={() => removeMember({ organizationId, userId })}
    />
  );
}
