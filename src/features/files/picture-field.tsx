"use client";

import { useRouter } from "next/navigation";
import { type ComponentProps, type ReactNode, useId, useRef, useState } from "react";
import type { Result } from "@/access/door";
import { Button } from "@/ui/button";
import { ConfirmedButton } from "@/ui/confirm-dialog";
import { Progress } from "@/ui/progress";
import { toast } from "@/ui/toast";
import { PICTURE_TYPES } from "./limits";
import type { Purpose } from "./upload";

interface PictureFieldProps {
  /** What the picture is for. */
  purpose: Purpose;
  /** What is there now; `empty` where that is no picture. */
  shown: ReactNode;
  empty: boolean;
  onRemove: () => Promise<Result<unknown>>;
  texts: PictureTexts;
}

type Word = "title" | "hint" | "choose" | "change" | "remove" | "removeTitle" | "removeBody" | "removed" | "scriptless" | UploadWord;
type UploadWord = "uploading" | "drawing" | "saved" | "interrupted" | "refusedByStore" | "mismatch";
/** From `pictureTexts`. */
export type PictureTexts = Record<Word, string> & { question: ComponentProps<typeof ConfirmedButton>["intl"] };

/** One picture for one thing, with what it takes to choose another one or to do without; what was wrong stands below. */
export function PictureField({ purpose, shown, empty, onRemove, texts }: PictureFieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const router = useRouter();
  const { percent, problem, send } = usePictureUpload(purpose, texts);
  const sending = percent !== null;
  const removed = () => {
    toast.success(texts.removed);
    router.refresh();
  };
  return (
    <section aria-labelledby={`${id}-title`} className="grid max-w-form gap-3">
      <h2 id={`${id}-title`} className="font-medium text-body">
        {texts.title}
      </h2>
      <div className="flex flex-wrap items-center gap-x-5 gap-y-3">
        {shown}
        <div className="flex flex-wrap gap-2">
          <Button variant="secondary" pending={sending} aria-describedby={`${id}-hint`} onClick={() => input.current?.click()}>
            {empty ? texts.choose : texts.change}
          </Button>
          {!empty && (
            <ConfirmedButton
              label={texts.remove}
              title={texts.removeTitle}
              body={texts.removeBody}
              intl={texts.question}
              onConfirm={onRemove}
              onDone={removed}
            />
          )}
        </div>
      </div>
      <input
        ref={input}
        type="file"
        accept={PICTURE_TYPES.join()}
        hidden
        aria-label={texts.choose}
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          if (file) void send(file);
          target.value = "";
        }}
      />
      {sending && <Progress value={percent === 100 ? null : percent} label={percent === 100 ? texts.drawing : texts.uploading} />}
      {problem && (
        <p role="alert" className="text-danger text-sm">
          {problem}
        </p>
      )}
      <p id={`${id}-hint`} className="text-muted text-sm">
        {texts.hint}
      </p>
      <noscript className="text-muted text-sm">{texts.scriptless}</noscript>
    </section>
  );
}

/** Sends a picture: how far it is, 100 while it is drawn, null while none is under way; and what was wrong with the last one. */
function usePictureUpload(purpose: Purpose, texts: Record<UploadWord, string>) {
  const router = useRouter();
  const [percent, setPercent] = useState<number | null>(null);
  const [problem, setProblem] = useState<string>();
  const send = async (file: File) => {
    setPercent(0);
    setProblem(undefined);
    const watch = {
      // A picture is there before anybody would have cancelled it.
      signal: new AbortController().signal,
      texts,
      onState: (state: string) => state === "checking" && setPercent(100),
      onProgress: setPercent,
      onResumable: () => undefined,
    };
    try {
      // Most who see the field choose nothing: what sends is fetched by those who do.
      const { uploadFile } = await import("./upload");
      await uploadFile(file, watch, { purpose });
      toast.success(texts.saved);
      router.refresh();
    } catch (error) {
      // By its name: its class is not here where what sends could not be fetched.
      setProblem(error instanceof Error && error.name === "UploadError" ? error.message : texts.interrupted);
    } finally {
      setPercent(null);
    }
  };
  return { percent, problem, send };
}
