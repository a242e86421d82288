"use client";

import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { Button, buttonVariants } from "@/ui/button";
import { CopyIcon, DownloadIcon } from "@/ui/icons";
import { toast } from "@/ui/toast";

/** The codes, this once: to be downloaded, copied or written down. A plain link downloads them, without JavaScript too. */
export function RecoveryCodes({ codes, onKept }: { codes: string[]; onKept: () => void }) {
  const t = useTranslations("secondFactors");
  const heading = useRef<HTMLHeadingElement>(null);
  const text = `Foyer\n\n${codes.join("\n")}\n`;
  // What was pressed to get here is gone: the reader continues at the codes.
  useEffect(() => heading.current?.focus(), []);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    toast.success(t("copied"));
  };
  return (
    <div className="grid gap-4 rounded-lg border border-warning/45 p-4">
      <div className="grid gap-0.5">
        <h3 ref={heading} tabIndex={-1} className="font-semibold text-body outline-none">
          {t("recoveryTitle")}
        </h3>
        <p className="text-body text-muted">{t("recoveryLead")}</p>
      </div>
      <ul className="grid grid-cols-2 gap-x-6 gap-y-1.5 font-mono text-body">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-2 max-sm:grid">
        <a
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}
          download="foyer-recovery-codes.txt"
          className={buttonVariants({ variant: "secondary" })}
        >
          <DownloadIcon />
          {t("download")}
        </a>
        <Button variant="secondary" onClick={copy} className="noscript:hidden">
          <CopyIcon />
          {t("copy")}
        </Button>
        <Button variant="secondary" onClick={onKept} className="noscript:hidden">
          {t("kept")}
        </Button>
      </div>
    </div>
  );
}
