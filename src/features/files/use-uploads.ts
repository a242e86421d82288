"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useCallback, useEffect, useRef, useState } from "react";
import type { Unfinished } from "./queries";
import { UploadError, type UploadState, uploadFile } from "./upload";

/** Uploads at the same time: more only make each slower. */
const PARALLEL = 3;
/** How long "Uploaded" stays. */
const DONE_MS = 8_000;

export interface Upload {
  id: number;
  file: File;
  state: UploadState;
  percent: number;
  problem?: string;
  /** Trying again would change nothing. */
  final?: boolean;
  /** The upload in parts that trying again goes on with. */
  resumableId?: string | undefined;
  abort: AbortController;
}

/** The uploads of this page, a few of them under way; a file that is among `unfinished` goes on where it broke off. */
export function useUploads(unfinished: Unfinished[]) {
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
    async ({ id, file, abort, resumableId }: Upload) => {
      // The state of React is of the last picture; this is of now.
      let canResume = false;
      const watch = {
        signal: abort.signal,
        texts: { interrupted: t("interrupted"), refusedByStore: t("refusedByStore"), mismatch: t("mismatch") },
        onState: (state: UploadState) => patch(id, { state }),
        onProgress: (percent: number) => patch(id, { percent }),
        onResumable: (known: string | null) => {
          canResume = known !== null;
          patch(id, { resumableId: known ?? undefined });
        },
      };
      try {
        await uploadFile(file, watch, { unfinishedId: resumableId });
        patch(id, { state: "done", percent: 100 });
        router.refresh();
        // The file stands in the list now: the note of its arrival has been seen.
        setTimeout(() => setUploads((all) => all.filter((upload) => upload.id !== id)), DONE_MS);
      } catch (error) {
        if (abort.signal.aborted) patch(id, { state: "cancelled" });
        else if (canResume) patch(id, { state: "failed", problem: t("interruptedInParts") });
        else if (error instanceof UploadError) patch(id, { state: "failed", problem: error.message, final: error.final });
        else patch(id, { state: "failed", problem: t("interrupted") });
        router.refresh();
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

  const add = useCallback(
    (files: File[]) =>
      setUploads((all) => {
        const taken = new Set(all.map(({ resumableId }) => resumableId));
        const added = files.map((file) => {
          const begun = unfinished.find((upload) => isSameFile(upload, file) && !taken.has(upload.id));
          taken.add(begun?.id);
          return fresh(nextId.current++, file, begun?.id);
        });
        return [...all, ...added];
      }),
    [unfinished],
  );
  const cancel = (id: number) => uploads.find((upload) => upload.id === id)?.abort.abort();
  const retry = (id: number) =>
    setUploads((all) => all.map((upload) => (upload.id === id ? fresh(id, upload.file, upload.resumableId) : upload)));
  const dismiss = (id: number) => setUploads((all) => all.filter((upload) => upload.id !== id));
  return { uploads, add, cancel, retry, dismiss };
}

/** Browsers hide where a file lies: these three are what it is known by. */
export function isSameFile({ name, sizeBytes, changedAt }: Unfinished, file: File): boolean {
  return name === file.name && sizeBytes === file.size && changedAt === file.lastModified;
}

function fresh(id: number, file: File, resumableId?: string): Upload {
  return { id, file, state: "waiting", percent: 0, abort: new AbortController(), resumableId };
}
