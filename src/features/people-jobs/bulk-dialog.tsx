"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { Field } from "@/ui/field";
import { FormDialog, type Tried } from "@/ui/form-dialog";
import { Input } from "@/ui/input";
import { Select } from "@/ui/select";
import { toast } from "@/ui/toast";
import { exportPeople, startBulk } from "./actions";

type Whom = { ids: string[] } | { filter: Record<string, string> };
export type BulkAct = "role_ADMIN" | "role_MEMBER" | "ban" | "unban" | "verify" | "signOut" | "delete" | "keep";
export type BulkWhat = BulkAct | "export";

type BulkDialogProps = { what: BulkWhat; whom: Whom; deletionDays: number; onClose: () => void; onStarted: () => void };

/** Says what an act means for whoever is selected, asks what it needs to know, and leads to where its progress is seen. */
export function BulkDialog({ what, whom, deletionDays, onClose, onStarted }: BulkDialogProps) {
  const t = useTranslations("peopleJobs");
  const router = useRouter();
  const verb = what === "export" ? t("export") : t(`acts.${what}`, { days: deletionDays });
  const start = (form: FormData) => {
    const typed = Object.fromEntries([...form].map(([name, value]) => [name, String(value)]));
    return what === "export" ? exportPeople(exportInput(whom, typed)) : startBulk(bulkInput(what, whom, typed));
  };
  const lead = ({ id }: { id: string }) => {
    toast.success(t("startedToast"));
    onStarted();
    router.push(`/admin/jobs/${id}`);
  };
  return (
    <FormDialog
      question
      danger={what === "ban" || what === "delete"}
      needsProof={what === "delete" || what === "role_ADMIN"}
      title={"ids" in whom ? t("askTitle", { act: verb, count: whom.ids.length }) : t("askTitleAll", { act: verb })}
      body={what === "export" ? t("formatHint") : t(`ask.${what}`, { days: deletionDays })}
      label={verb}
      action={start}
      onDone={lead}
      open
      onClose={onClose}
    >
      {(tried) => (
        <>
          {what === "ban" && <BanFields {...tried} />}
          {what === "export" && (
            <Field id="bulk-format" label={t("format")}>
              {(control) => (
                <Select {...control} name="format" defaultValue="csv">
                  <option value="csv">{t("csv")}</option>
                  <option value="jsonl">{t("jsonl")}</option>
                </Select>
              )}
            </Field>
          )}
        </>
      )}
    </FormDialog>
  );
}

function BanFields({ value, error }: Tried) {
  const t = useTranslations("peopleJobs");
  return (
    <>
      <Field id="bulk-reason" label={t("banReason")} hint={t("banReasonHint")} error={error("reason")}>
        {(control) => <Input {...control} name="reason" maxLength={300} required defaultValue={value("reason")} />}
      </Field>
      <Field id="bulk-until" label={t("banUntil")} hint={t("banUntilHint")} error={error("until")}>
        {(control) => <Input {...control} name="until" type="date" defaultValue={value("until")} />}
      </Field>
    </>
  );
}

/** What startBulk asks for; that it is right, its schema says. */
function bulkInput(act: BulkAct, whom: Whom, { reason = "", until = "" }: Record<string, string>) {
  if (act === "role_ADMIN" || act === "role_MEMBER")
    return { act: "role" as const, role: act === "role_ADMIN" ? ("ADMIN" as const) : ("MEMBER" as const), ...whom };
  return act === "ban" ? { act, reason, until, ...whom } : { act, ...whom };
}

function exportInput(whom: Whom, { format }: Record<string, string>) {
  return { format: format === "jsonl" ? ("jsonl" as const) : ("csv" as const), ...("ids" in whom ? whom : whom.filter) };
}
