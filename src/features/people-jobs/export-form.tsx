"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useActionState, useEffect } from "react";
import { Alert } from "@/ui/alert";
import { Field } from "@/ui/field";
import { Select } from "@/ui/select";
import { SubmitButton } from "@/ui/submit-button";
import { exportPeople } from "./actions";

/** Everybody, or whom the filter finds, into one file; password hashes only for whoever has just proven who they are. */
export function ExportForm({
  filter,
  whom,
  recentlyProven,
}: {
  filter: Record<string, string>;
  /** The filter in words. */ whom: string;
  recentlyProven: boolean;
}) {
  const t = useTranslations("peopleJobs");
  const router = useRouter();
  const [result, submit] = useActionState(exportPeople, null);
  const id = result?.ok ? result.data.id : null;
  useEffect(() => {
    if (id) router.push(`/admin/jobs/${id}`);
  }, [id, router]);
  return (
    <form action={submit} className="grid gap-5">
      {result?.ok === false && <Alert tone="danger">{result.error.message}</Alert>}
      {id && (
        <Alert tone="success">
          <a href={`/admin/jobs/${id}`} className="underline">
            {t("startedToast")}
          </a>
        </Alert>
      )}
      <p className="text-body">
        <span className="text-muted">{t("whom")} · </span>
        {whom}
      </p>
      {Object.entries(filter).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <Field id="export-format" label={t("format")} hint={t("formatHint")}>
        {(control) => (
          <Select {...control} name="format" defaultValue="csv">
            <option value="csv">{t("csv")}</option>
            <option value="jsonl">{t("jsonl")}</option>
          </Select>
        )}
      </Field>
      <div className="grid gap-1">
        <label className="flex min-h-9 items-center gap-2 text-body">
          <input
            type="checkbox"
            name="hashes"
            disabled={!recentlyProven}
            aria-describedby="export-hashes-hint"
            className="size-4 accent-ember"
          />
          {t("withHashes")}
        </label>
        <p id="export-hashes-hint" className="text-muted text-sm">
          {recentlyProven ? t("withHashesHint") : t("hashesConfirm")}
        </p>
      </div>
      <div>
        <SubmitButton>{t("exportStart")}</SubmitButton>
      </div>
    </form>
  );
}
