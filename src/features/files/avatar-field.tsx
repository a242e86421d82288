"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { Avatar } from "@/ui/avatar";
import { Button } from "@/ui/button";
import { ConfirmedButton } from "@/ui/confirm-dialog";
import { Progress } from "@/ui/progress";
import { toast } from "@/ui/toast";
import { removeAvatar } from "./actions";
import { MAX_AVATAR_BYTES, PICTURE_TYPES } from "./limits";
import { UploadError, uploadFile } from "./upload";

/** A person's own picture, with what it takes to choose another one or to do without; what was wrong stands below. */
export function AvatarField({ name, image }: { name: string; image: string | null }) {
  const t = useTranslations("avatar");
  const input = useRef<HTMLInputElement>(null);
  const { percent, problem, send } = useAvatarUpload();
  const router = useRouter();
  const sending = percent !== null;
  return (
    <section aria-labelledby="avatar-title" className="mb-8 grid gap-3">
      <h2 id="avatar-title" className="font-medium text-body">
        {t("title")}
      </h2>
      <div className="flex flex-wrap items-center gap-x-5 gap-y-3">
        <Avatar name={name} src={image} size="xl" />
        <div className="flex flex-wrap gap-2">
          <Button variant="secondary" pending={sending} aria-describedby="avatar-hint" onClick={() => input.current?.click()}>
            {image ? t("change") : t("choose")}
          </Button>
          {image && (
            <ConfirmedButton
              label={t("remove")}
              title={t("removeTitle")}
              body={t("removeBody")}
              onConfirm={() => removeAvatar({})}
              onDone={() => {
                toast.success(t("removed"));
                router.refresh();
              }}
            />
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
          target.value = "";
          if (file) void send(file);
        }}
      />
      {sending && <Progress value={percent === 100 ? null : percent} label={percent === 100 ? t("drawing") : t("uploading")} />}
      {problem && (
        <p role="alert" className="text-danger text-sm">
          {problem}
        </p>
      )}
      <p id="avatar-hint" className="text-muted text-sm">
        {t("hint", { max: MAX_AVATAR_BYTES / 1_000_000 })}
      </p>
      <noscript className="text-muted text-sm">{t("scriptless")}</noscript>
    </section>
  );
}

/** Sends a picture: how far it is, 100 while it is drawn, null while none is under way; and what was wrong with the last one. */
function useAvatarUpload() {
  const t = useTranslations("avatar");
  const router = useRouter();
  const [percent, setPercent] = useState<number | null>(null);
  const [problem, setProblem] = useState<string>();
  const send = async (file: File) => {
    setPercent(0);
    setProblem(undefined);
    const watch = {
      // A picture is there before anybody would have cancelled it.
      signal: new AbortController().signal,
      texts: { interrupted: t("interrupted"), refusedByStore: t("refusedByStore") },
      onState: (state: string) => state === "checking" && setPercent(100),
      onProgress: setPercent,
      onResumable: () => undefined,
    };
    try {
      await uploadFile(file, watch, { use: "avatar" });
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
