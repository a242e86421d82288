"use client";

import { useTranslations } from "next-intl";
import { ConfirmedButton } from "@/ui/confirm-dialog";
import { disconnectAccount } from "./actions";

/** Takes a provider away, after saying what follows from it. */
export function DisconnectButton({ provider, name }: { provider: string; name: string }) {
  const t = useTranslations("settings");
  return (
    <ConfirmedButton
      size="sm"
      danger
      label={t("disconnect", { name })}
      title={t("disconnectTitle", { name })}
      body={t("disconnectBody", { name })}
      onConfirm={() => disconnectAccount({ provider })}
    />
  );
}
