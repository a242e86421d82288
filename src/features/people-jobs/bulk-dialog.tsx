"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useRef, useState, useTransition } from "react";
import { Alert } from "@/ui/alert";
import {
  AlertDialog,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogHeader,
  AlertDialogTitle,
} from "@/ui/alert-dialog";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { Select } from "@/ui/select";
import { toast } from "@/ui/toast";
import { useFocusFirstError } from "@/ui/use-focus-first-error";
import { exportPeople, startBulk } from "./actions";

type Whom = { ids: string[] } | { filter: Record<string, string> };
export type BulkAct = "role_ADMIN" | "role_MEMBER" | "ban" | "unban" | "verify" | "signOut" | "delete" | "keep";
export type BulkWhat = BulkAct | "export";
type Problem = { message: string; fields?: Record<string, string> };

type BulkDialogProps = { what: BulkWhat; whom: Whom; deletionDays: number; onClose: () => void; onStarted: () => void };

/** Says what an act means for whoever is selected, asks what it needs to know, and leads to where its progress is seen. */
export function BulkDialog({ what, whom, deletionDays, onClose, onStarted }: BulkDialogProps) {
  const t = useTranslations("peopleJobs");
  const common = useTranslations("common");
  const router = useRouter();
  const form = useRef<HTMLFormElement>(null);
  const [problem, setProblem] = useState<Problem>();
  const [pending, startTransition] = useTransition();
  useFocusFirstError(form, problem);
  const verb = what === "export" ? t("export") : t(`acts.${what}`, { days: deletionDays });
  const start = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = Object.fromEntries([...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value)]));
    startTransition(async () => {
      const result = what === "export" ? await exportPeople(exportInput(whom, typed)) : await startBulk(bulkInput(what, whom, typed));
      if (!result.ok) return setProblem(result.error);
      toast.success(t("startedToast"));
      onStarted();
      router.push(`/admin/jobs/${result.data.id}`);
    });
  };
  return (
    <AlertDialog open onOpenChange={(next) => !next && onClose()}>
      <AlertDialogContent>
        <form ref={form} onSubmit={start} className="grid gap-5" noValidate>
          <AlertDialogHeader>
            <AlertDialogTitle>
              {"ids" in whom ? t("askTitle", { act: verb, count: whom.ids.length }) : t("askTitleAll", { act: verb })}
            </AlertDialogTitle>
            <AlertDialogDescription>
              {what === "export" ? t("formatHint") : t(`ask.${what}`, { days: deletionDays })}
            </AlertDialogDescription>
          </AlertDialogHeader>
          {problem && !problem.fields && <Alert tone="danger">{problem.message}</Alert>}
          {what === "ban" && <BanFields problem={problem} />}
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
          <AlertDialogFooter>
            <AlertDialogCancel render={<Button variant="secondary">{common("cancel")}</Button>} />
            <Button type="submit" variant={what === "ban" || what === "delete" ? "danger" : "primary"} pending={pending}>
              {verb}
            </Button>
          </AlertDialogFooter>
        </form>
      </AlertDialogContent>
    </AlertDialog>
  );
}

function BanFields({ problem }: { problem: Problem | undefined }) {
  const t = useTranslations("peopleJobs");
  return (
    <>
      <Field id="bulk-reason" label={t("banReason")} hint={t("banReasonHint")} error={problem?.fields?.reason}>
        {(control) => <Input {...control} name="reason" maxLength={300} required />}
      </Field>
      <Field id="bulk-until" label={t("banUntil")} hint={t("banUntilHint")} error={problem?.fields?.until}>
        {(control) => <Input {...control} name="until" type="date" />}
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
