"use client";

import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { useRef, useState, useTransition } from "react";
import { Button } from "@/ui/button";
import { formatBytes } from "@/ui/format-bytes";
import { deleteFile } from "./actions";
import type { Unfinished } from "./queries";
import { isSameFile } from "./use-uploads";

/** Large uploads that broke off: each goes on with the same file, chosen again, or is given up. */
export function UnfinishedUploads({ unfinished, onResume }: { unfinished: Unfinished[]; onResume: (files: File[]) => void }) {
  const t = useTranslations("files");
  const locale = useLocale();
  const router = useRouter();
  const input = useRef<HTMLInputElement>(null);
  const [wanted, setWanted] = useState<Unfinished | null>(null);
  const [problem, setProblem] = useState<{ id: string; text: string } | null>(null);
  const [isDiscarding, startDiscarding] = useTransition();
  if (unfinished.length === 0) return null;

  const choose = (upload: Unfinished) => {
    setWanted(upload);
    setProblem(null);
    input.current?.click();
  };
  const chosen = (file: File | undefined) => {
    if (!file || !wanted) return;
    if (isSameFile(wanted, file)) onResume([file]);
    else setProblem({ id: wanted.id, text: t("otherFile") });
  };
  const discard = ({ id }: Unfinished) =>
    startDiscarding(async () => {
      const answer = await deleteFile({ id });
      if (!answer.ok) setProblem({ id, text: answer.error.message });
      router.refresh();
    });

  return (
    <section className="mb-6 grid grid-cols-1 gap-2" aria-labelledby="unfinished">
      <h2 id="unfinished" className="font-semibold text-body">
        {t("unfinished")}
      </h2>
      <p className="max-w-read text-muted text-sm">{t("unfinishedLead")}</p>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={t("resume")}
        onChange={({ target }) => {
          chosen(target.files?.[0]);
          target.value = "";
        }}
      />
      <ul className="mt-1 divide-y rounded-lg border bg-surface">
        {unfinished.map((upload) => (
          <li key={upload.id} className="grid grid-cols-1 gap-1 px-4 py-2.5">
            <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-body">
              <span className="min-w-0 flex-1 basis-40 truncate font-medium">{upload.name}</span>
              <span className="shrink-0 text-muted text-sm tabular-nums">{formatBytes(upload.sizeBytes, locale)}</span>
              <span className="flex shrink-0 gap-1">
                <Button variant="secondary" size="sm" onClick={() => choose(upload)} aria-label={t("resumeOf", { name: upload.name })}>
                  {t("resume")}
                </Button>
                <Button
                  variant="ghost"
                  size="sm"
                  disabled={isDiscarding}
                  onClick={() => discard(upload)}
                  aria-label={t("discardOf", { name: upload.name })}
                >
                  {t("discard")}
                </Button>
              </span>
            </div>
            {problem?.id === upload.id && (
              <p role="alert" className="text-danger text-sm">
                {problem.text}
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
