"use client";

import { useTranslations } from "next-intl";
import { ConfirmedButton } from "@/ui/confirm-dialog";
import { toast } from "@/ui/toast";
import { cancelPeopleJob } from "./actions";

/** Asks once more, and ends the job after the batch it is at. */
export function CancelJob({ id }: { id: string }) {
  const t = useTranslations("peopleJobs");
  const cancel = async () => {
    const result = await cancelPeopleJob({ id });
    if (result.ok) toast.success(t("cancelled"));
    return result;
  };
  return (
    <div>
      <ConfirmedButton size="sm" danger label={t("cancel")} title={t("cancelTitle")} body={t("cancelBody")} onConfirm={cancel} />
    </div>
  );
}
