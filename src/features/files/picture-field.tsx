"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type ReactNode, useId, useRef, useState } from "react";
import type { Result } from "@/access/door";
import { Button } from "@/ui/button";
import { ConfirmedButton } from "@/ui/confirm-dialog";
import { Progress } from "@/ui/progress";
import { toast } from "@/ui/toast";
import { PICTURE_TYPES } from "./limits";
import { type Purpose, UploadError, uploadFile } from "./upload";

interface PictureFieldProps {
  /** What the picture is for. */
  purpose: Purpose;
  maxBytes: number;
  /** What is there now; `empty` where that is no picture. */
  shown: ReactNode;
  empty: boolean;
  onRemove: () => Promise<Result<unknown>>;
}

/** One picture for one thing, with what it takes to choose another one or to do without; what was wrong stands below. */
export function PictureField({ purpose, maxBytes, shown, empty, onRemove }: PictureFieldProps) {
  const t = useTranslations(purpose.use);
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const router = useRouter();
  const { percent, problem, send } = usePictureUpload(purpose);
  const sending = percent !== null;
  const removed = () => {
    toast.success(t("removed"));
    router.refresh();
  };
  return (
    <section aria-labelledby={`${id}-title`} className="grid max-w-form gap-3">
      <h2 id={`${id}-title`} className="font-medium text-body">
        {t("title")}
      </h2>
      <div className="flex flex-wrap items-center gap-x-5 gap-y-3">
        {shown}
        <div className="flex flex-wrap gap-2">
          <Button variant="secondary" pending={sending} aria-describedby={`${id}-hint`} onClick={() => input.current?.click()}>
            {empty ? t("choose") : t("change")}
          </Button>
          {!empty && (
            <ConfirmedButton label={t("remove")} title={t("removeTitle")} body={t("removeBody")} onConfirm={onRemove} onDone={removed} />
          )}
        </div>
      </div>
      <input
        ref={input}
        type="file"
        accept={PICTURE_TYPES.join()}
        hidden
        aria-label={t("choose")}
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          if (file) void send(file);
          target.value = "";
        }}
      />
      {sending && <Progress value={percent === 100 ? null : percent} label={percent === 100 ? t("drawing") : t("uploading")} />}
      {problem && (
        <p role="alert" className="text-danger text-sm">
          {problem}
        </p>
      )}
      <p id={`${id}-hint`} className="text-muted text-sm">
        {t("hint", { max: maxBytes / 1_000_000 })}
      </p>
      <noscript className="text-muted text-sm">{t("scriptless")}</noscript>
    </section>
  );
}

/** Sends a picture: how far it is, 100 while it is drawn, null while none is under way; and what was wrong with the last one. */
function usePictureUpload(purpose: Purpose) {
  const t = useTranslations(purpose.use);
  const router = useRouter();
  const [percent, setPercent] = useState<number | null>(null);
  const [problem, setProblem] = useState<string>();
  const send = async (file: File) => {
    setPercent(0);
    setProblem(undefined);
    const watch = {
      // A picture is there before anybody would have cancelled it.
      signal: new AbortController().signal,
      texts: { interrupted: t("interrupted"), refusedByStore: t("refusedByStore"), mismatch: t("mismatch") },
      onState: (state: string) => state === "checking" && setPercent(100),
      onProgress: setPercent,
      onResumable: () => undefined,
    };
    try {
      await uploadFile(file, watch, { purpose });
      toast.success(t("saved"));
      router.refresh();
    } catch (error) {
      setProblem(error instanceof UploadError ? error.message : t("interrupted"));
    } finally {
      setPercent(null);
    }
  };
  return { percent, problem, send };
}
