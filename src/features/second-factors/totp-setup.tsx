"use client";

import { useTranslations } from "next-intl";
import { useActionState, useState } from "react";
import type { Result } from "@/access/door";
import { Alert } from "@/ui/alert";
import { Button } from "@/ui/button";
import { SubmitButton } from "@/ui/submit-button";
import { startTotp } from "./actions";
import { CodeForm } from "./code-form";

type TotpSetupProps = {
  confirm: (form: FormData) => void;
  /** The answer to the last code of this set-up. */
  result: Result<unknown> | null;
  onCancel: () => void;
};

const focus = (element: HTMLElement | null) => element?.focus();

/** A button, then the QR code with the key beside it and the field for the app's first code. */
export function TotpSetup({ confirm, result, onCancel }: TotpSetupProps) {
  const [t, common] = [useTranslations("secondFactors"), useTranslations("common")];
  const [started, start] = useActionState(startTotp, null);
  const [cancelled, setCancelled] = useState<typeof started>(null);
  if (!started?.ok || started === cancelled) {
    return (
      <form action={start} className="grid justify-items-start gap-4">
        {started?.ok === false && <Alert tone="danger">{started.error.message}</Alert>}
        <SubmitButton variant="secondary" className="max-sm:w-full">
          {t("setUp")}
        </SubmitButton>
      </form>
    );
  }
  const { secret, qr } = started.data;
  // The key that was shown counts for nothing, and the next set-up replaces it.
  const cancel = () => {
    setCancelled(started);
    onCancel();
  };
  // The quiet zone a reader needs around the code (ISO/IEC 18004, 5.3.8), in modules.
  const margin = 4;
  return (
    <div className="grid gap-5 rounded-lg border p-4">
      {/* What was pressed to get here is gone: the reader continues here. */}
      <p ref={focus} tabIndex={-1} className="text-body outline-none">
        {t("scan")}
      </p>
      <div className="flex flex-wrap items-center gap-5">
        <svg
          role="img"
          aria-label={t("qr")}
          viewBox={`${-margin} ${-margin} ${qr.size + 2 * margin} ${qr.size + 2 * margin}`}
          shapeRendering="crispEdges"
          className="size-44 shrink-0 rounded-md border"
        >
          {/* Readers want dark on light, in the dark theme too. */}
          <rect x={-margin} y={-margin} width="100%" height="100%" fill="white" />
          <path d={qr.path} fill="black" />
        </svg>
        <dl className="grid min-w-48 flex-1 gap-1 text-body">
          <dt className="text-muted">{t("secret")}</dt>
          <dd className="select-all font-mono [overflow-wrap:anywhere]">{secret}</dd>
        </dl>
      </div>
      <CodeForm
        action={confirm}
        result={result}
        id="totp-code"
        label={t("code")}
        hint={t("codeHint")}
        submit={t("turnOn")}
        variant="secondary"
        beside={
          <Button variant="ghost" onClick={cancel} className="noscript:hidden">
            {common("cancel")}
          </Button>
        }
      />
    </div>
  );
}
