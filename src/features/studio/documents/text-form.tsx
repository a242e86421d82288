"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type ReactNode, useActionState, useRef } from "react";
import type { Result } from "@/access/door";
import { Alert } from "@/ui/alert";
import { ConfirmedButton } from "@/ui/confirm-dialog";
import type { Tried } from "@/ui/form-dialog";
import { SubmitButton } from "@/ui/submit-button";
import { toast } from "@/ui/toast";
import { useFocusFirstError } from "@/ui/use-focus-first-error";
import { SaveState } from "./save-state";
import { useSaving } from "./use-saving";
import type { Answer } from "./writer";

interface TextFormProps {
  id: string;
  /** When what is in the fields was read, ISO 8601. */
  updatedAt: string;
  /** By script as a function, without it as a form's action. */
  save: { (form: FormData): Promise<Answer>; (previous: Result<unknown> | null, form: FormData): Promise<Answer> };
  saveLabel: string;
  removal: { label: string; title: string; body: string; done: string; act: () => Promise<Result<unknown>>; to: string };
  children: (tried: Tried) => ReactNode;
}

/** The fields of a text, which is saved as it is written; what could not be saved stays in them, with why. */
export function TextForm({ id, updatedAt, save, saveLabel, removal, children }: TextFormProps) {
  const t = useTranslations("documents");
  const router = useRouter();
  const form = useRef<HTMLFormElement>(null);
  const [result, submit] = useActionState(save, null);
  const { saving, flush, discard } = useSaving(form, (typed) => save(typed), updatedAt);
  const without = result?.ok === false ? result : undefined;
  const problem = saving.problem ?? without?.error;
  const isUnreachable = saving.state === "refused" && !saving.problem;
  useFocusFirstError(form, saving.asked ? saving.problem : null);
  const remove = async () => {
    // Before: with the answer the form goes, and would save what is left in it.
    discard();
    const answer = await removal.act();
    if (!answer.ok) form.current?.dispatchEvent(new Event("input", { bubbles: true }));
    return answer;
  };
  const removed = () => {
    toast.success(removal.done);
    router.push(removal.to);
  };
  return (
    <form
      ref={form}
      action={submit}
      onSubmit={(event) => {
        // A question asked within it has a form of its own, whose events React hands on to here.
        if (event.target !== event.currentTarget) return;
        event.preventDefault();
        flush();
      }}
      className="grid min-w-0 gap-5"
      noValidate
    >
      {problem && !problem.fields && <Alert tone="danger">{problem.message}</Alert>}
      {isUnreachable && <Alert tone="danger">{t("unreachable")}</Alert>}
      <input type="hidden" name="id" value={id} />
      <input type="hidden" name="updatedAt" value={result?.ok ? result.data.updatedAt : updatedAt} />
      {children({ value: (name) => without?.values?.[name], error: (name) => problem?.fields?.[name] })}
      <div className="z-10 -mx-1 flex flex-wrap items-center gap-x-4 gap-y-3 border-t bg-background px-1 py-3 sm:sticky sm:bottom-0">
        <SubmitButton pending={saving.asked && saving.state === "saving"}>{saveLabel}</SubmitButton>
        <SaveState {...saving} />
        <div className="ms-auto">
          <ConfirmedButton danger label={removal.label} title={removal.title} body={removal.body} onConfirm={remove} onDone={removed} />
        </div>
      </div>
    </form>
  );
}
