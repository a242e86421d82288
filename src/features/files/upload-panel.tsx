"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Can } from "@/access/ability-provider";
import { Button } from "@/ui/button";
import { CloseIcon } from "@/ui/close-icon";
import { UploadIcon } from "@/ui/icons";
import { PageHeader } from "@/ui/page-header";
import { Progress } from "@/ui/progress";
import type { Unfinished } from "./queries";
import { UnfinishedUploads } from "./unfinished-uploads";
import { type Upload, useUploads } from "./use-uploads";

/** The head of the files page with its button, the whole page as a place to drop, the progress of each file, and what is unfinished. */
export function UploadPanel({ unfinished, children }: { unfinished: Unfinished[]; children: ReactNode }) {
  const t = useTranslations("files");
  const input = useRef<HTMLInputElement>(null);
  const { uploads, add, cancel, retry, dismiss } = useUploads(unfinished);
  const dragging = useDrop(add);
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("lead")}
        action={
          <Can I="create" a="File">
            <Button onClick={() => input.current?.click()}>
              <UploadIcon />
              {t("upload")}
            </Button>
            <noscript className="text-muted text-sm">{t("scriptless")}</noscript>
          </Can>
        }
      />
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={t("upload")}
        onChange={({ target }) => {
          add([...(target.files ?? [])]);
          target.value = "";
        }}
      />
      {dragging && (
        <div className="pointer-events-none fixed inset-3 z-50 grid place-items-center rounded-lg border-2 border-ember border-dashed bg-background/85 font-semibold text-lg">
          {t("drop")}
        </div>
      )}
      {uploads.length > 0 && (
        <ul aria-label={t("uploads")} className="mb-6 divide-y rounded-lg border bg-surface">
          {uploads.map((upload) => (
            <UploadRow
              key={upload.id}
              upload={upload}
              onCancel={() => cancel(upload.id)}
              onRetry={() => retry(upload.id)}
              onDismiss={() => dismiss(upload.id)}
            />
          ))}
        </ul>
      )}
      <UnfinishedUploads unfinished={unfinished.filter(({ id }) => !uploads.some((upload) => upload.resumableId === id))} onResume={add} />
      {children}
    </>
  );
}

function UploadRow({
  upload,
  onCancel,
  onRetry,
  onDismiss,
}: {
  upload: Upload;
  onCancel: () => void;
  onRetry: () => void;
  onDismiss: () => void;
}) {
  const t = useTranslations("files");
  const { state, percent, problem, file } = upload;
  const running = state === "waiting" || state === "uploading" || state === "checking";
  const word = {
    waiting: t("waiting"),
    uploading: `${percent} %`,
    checking: t("checking"),
    done: t("done"),
    failed: t("failed"),
    cancelled: t("cancelled"),
  }[state];
  return (
    <li className="grid gap-2 px-4 py-3">
      <div className="flex items-center gap-3 text-body">
        <span className="min-w-0 flex-1 truncate font-medium">{file.name}</span>
        <span aria-live="polite" className="shrink-0 text-muted tabular-nums">
          {word}
        </span>
        {(state === "failed" || state === "cancelled") && !upload.final && (
          <Button variant="ghost" size="sm" onClick={onRetry}>
            {t("retryUpload", { name: "" }).trim()}
          </Button>
        )}
        <Button
          variant="ghost"
          size="icon-sm"
          onClick={running ? onCancel : onDismiss}
          aria-label={running ? t("cancelUpload", { name: file.name }) : t("dismiss", { name: file.name })}
        >
          <CloseIcon />
        </Button>
      </div>
      {running && <Progress value={state === "waiting" ? 0 : percent} label={t("uploading", { name: file.name })} />}
      {problem && (
        <p role="alert" className="text-danger text-sm">
          {problem}
        </p>
      )}
    </li>
  );
}

/** Files dropped anywhere on the page; true while some hang over it. */
function useDrop(onFiles: (files: File[]) => void): boolean {
  const [dragging, setDragging] = useState(false);
  useEffect(() => {
    let depth = 0;
    const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const enter = (event: DragEvent) => {
      if (carriesFiles(event)) setDragging(++depth > 0);
    };
    const leave = (event: DragEvent) => {
      if (carriesFiles(event)) setDragging(--depth > 0);
    };
    const over = (event: DragEvent) => {
      if (carriesFiles(event)) event.preventDefault();
    };
    const drop = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      depth = 0;
      setDragging(false);
      onFiles([...(event.dataTransfer?.files ?? [])]);
    };
    const listeners = { dragenter: enter, dragleave: leave, dragover: over, drop } as const;
    for (const [name, listener] of Object.entries(listeners)) window.addEventListener(name as "drop", listener);
    return () => {
      for (const [name, listener] of Object.entries(listeners)) window.removeEventListener(name as "drop", listener);
    };
  }, [onFiles]);
  return dragging;
}
