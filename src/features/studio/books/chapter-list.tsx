"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useActionState, useRef, useState, useTransition } from "react";
import { Button } from "@/ui/button";
import { cn } from "@/ui/cn";
import { Field } from "@/ui/field";
import { ArrowDownIcon, ArrowUpIcon } from "@/ui/icons";
import { Input } from "@/ui/input";
import { SoftLink } from "@/ui/soft-link";
import { SubmitButton } from "@/ui/submit-button";
import { toast } from "@/ui/toast";
import { useFocusFirstError } from "@/ui/use-focus-first-error";
import { MAX_TITLE_LENGTH } from "../documents/limits";
import { addChapter, moveChapter } from "./actions";

type ChapterListProps = { bookId: string; chapters: { id: string; title: string }[]; openId: string | undefined; isOwn: boolean };

/** The chapters in their order; for their author each with its ways up and down, and a field for another one. */
export function ChapterList({ bookId, chapters, openId, isOwn }: ChapterListProps) {
  const t = useTranslations("books");
  const router = useRouter();
  const [pending, start] = useTransition();
  const [said, setSaid] = useState("");
  const move = (id: string, title: string, position: number) =>
    start(async () => {
      const result = await moveChapter({ id, position });
      if (result.ok) setSaid(t("moved", { title, position: position + 1 }));
      else toast.error(result.error.message);
      router.refresh();
    });
  return (
    <nav aria-label={t("chapters")} className="grid min-w-0 grid-cols-[minmax(0,1fr)] content-start gap-3">
      <h2 className="font-semibold text-base">{t("chapters")}</h2>
      {chapters.length === 0 && <p className="text-muted text-sm">{isOwn ? t("noChaptersBody") : t("noChapters")}</p>}
      <ol className="grid min-w-0 gap-0.5">
        {chapters.map(({ id, title }, index) => (
          <li key={id} className="flex min-w-0 items-center gap-1">
            <SoftLink
              href={`/studio/books/${bookId}?chapter=${id}`}
              aria-current={id === openId ? "page" : undefined}
              className={cn(
                "flex min-h-9 min-w-0 flex-1 items-center gap-2 rounded-md px-2.5 py-1 text-body hover:bg-hover",
                id === openId ? "bg-hover font-medium" : "text-muted",
              )}
            >
              <span className="w-5 shrink-0 text-end text-faint text-sm tabular-nums">{index + 1}</span>
              <span className="min-w-0 flex-1 truncate">{title}</span>
            </SoftLink>
            {isOwn && (
              <>
                <MoveButton label={t("up", { title })} disabled={index === 0 || pending} onClick={() => move(id, title, index - 1)} up />
                <MoveButton
                  label={t("down", { title })}
                  disabled={index === chapters.length - 1 || pending}
                  onClick={() => move(id, title, index + 1)}
                />
              </>
            )}
          </li>
        ))}
      </ol>
      <p role="status" className="sr-only">
        {said}
      </p>
      {isOwn && <AddChapter bookId={bookId} key={chapters.length} />}
    </nav>
  );
}

/** aria-disabled rather than disabled: focus stays on the button that moved a chapter to the top. */
function MoveButton({ label, disabled, onClick, up = false }: { label: string; disabled: boolean; onClick: () => void; up?: boolean }) {
  return (
    <Button
      variant="ghost"
      size="icon-sm"
      aria-label={label}
      aria-disabled={disabled}
      onClick={() => !disabled && onClick()}
      className="aria-disabled:opacity-40"
    >
      {up ? <ArrowUpIcon /> : <ArrowDownIcon />}
    </Button>
  );
}

function AddChapter({ bookId }: { bookId: string }) {
  const t = useTranslations("books");
  const form = useRef<HTMLFormElement>(null);
  const [result, submit] = useActionState(addChapter, null);
  const problem = result?.ok === false ? result : undefined;
  useFocusFirstError(form, problem?.error);
  return (
    <form ref={form} action={submit} className="grid gap-2" noValidate>
      <input type="hidden" name="bookId" value={bookId} />
      <Field id="new-chapter" label={t("newChapter")} error={problem && (problem.error.fields?.title ?? problem.error.message)}>
        {(control) => (
          <Input {...control} name="title" required maxLength={MAX_TITLE_LENGTH} defaultValue={problem?.values?.title} autoComplete="off" />
        )}
      </Field>
      <SubmitButton variant="secondary" className="justify-self-start max-sm:w-full">
        {t("addChapter")}
      </SubmitButton>
    </form>
  );
}
