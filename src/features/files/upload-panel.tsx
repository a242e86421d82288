"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { Can } from "@/access/ability-provider";
import { Button } from "@/ui/button";
import { CloseIcon, UploadIcon } from "@/ui/icons";
import { PageHeader } from "@/ui/page-header";
import { Progress } from "@/ui/progress";
import { UploadError, type UploadState, uploadFile } from "./upload";

/** Uploads at the same time: more only make each slower. */
const PARALLEL = 3;
/** How long "Uploaded" stays. */
const DONE_MS = 8_000;

interface Upload {
  id: number;
  file: File;
  state: UploadState;
  percent: number;
  problem?: string;
  /** Trying again would change nothing. */
  final?: boolean;
  abort: AbortController;
}

/** The head of the files page with its button, the whole page as a place to drop, and the progress of each file. */
export function UploadPanel({ children }: { children: ReactNode }) {
  const t = useTranslations("files");
  const input = useRef<HTMLInputElement>(null);
  const { uploads, add, cancel, retry, dismiss } = useUploads();
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

function useUploads() {
  const t = useTranslations("files");
  const router = useRouter();
  const [uploads, setUploads] = useState<Upload[]>([]);
  const nextId = useRef(1);
  const running = uploads.some(({ state }) => state === "uploading" || state === "checking" || state === "waiting");

  const patch = useCallback(
    (id: number, change: Partial<Upload>) =>
      setUploads((all) => all.map((upload) => (upload.id === id ? { ...upload, ...change } : upload))),
    [],
  );

  const start = useCallback(
    async ({ id, file, abort }: Upload) => {
      try {
        await uploadFile(file, {
          signal: abort.signal,
          texts: { interrupted: t("interrupted"), refusedByStore: t("refusedByStore") },
          onState: (state) => patch(id, { state }),
          onProgress: (percent) => patch(id, { percent }),
        });
        patch(id, { state: "done", percent: 100 });
        router.refresh();
        // The file stands in the list now: the note of its arrival has been seen.
        setTimeout(() => setUploads((all) => all.filter((upload) => upload.id !== id)), DONE_MS);
      } catch (error) {
        if (abort.signal.aborted) patch(id, { state: "cancelled" });
        else if (error instanceof UploadError) patch(id, { state: "failed", problem: error.message, final: error.final });
        else patch(id, { state: "failed", problem: t("interrupted") });
      }
    },
    [patch, router, t],
  );

  useEffect(() => {
    const busy = uploads.filter(({ state }) => state === "uploading" || state === "checking").length;
    const next = uploads.find(({ state }) => state === "waiting");
    if (next && busy < PARALLEL) {
      patch(next.id, { state: "uploading" });
      void start(next);
    }
  }, [uploads, patch, start]);

  useEffect(() => {
    if (!running) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [running]);

  const add = useCallback((files: File[]) => setUploads((all) => [...all, ...files.map((file) => fresh(nextId.current++, file))]), []);
  const cancel = (id: number) => uploads.find((upload) => upload.id === id)?.abort.abort();
  const retry = (id: number) => setUploads((all) => all.map((upload) => (upload.id === id ? fresh(id, upload.file) : upload)));
  const dismiss = (id: number) => setUploads((all) => all.filter((upload) => upload.id !== id));
  return { uploads, add, cancel, retry, dismiss };
}

function fresh(id: number, file: File): Upload {
  return { id, file, state: "waiting", percent: 0, abort: new AbortController() };
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
