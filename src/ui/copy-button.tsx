"use client";

import { useEffect, useState } from "react";
import { Button, type ButtonProps } from "./button";
import { CheckIcon, CopyIcon } from "./icons";

type CopyButtonProps = Omit<ButtonProps, "value" | "children"> & {
  value: string;
  /** "Copy address". */
  label: string;
  /** "Copied". */
  copiedLabel: string;
};

/** Copies `value`; says so for two seconds, aloud too. Needs a secure context, as the clipboard does: elsewhere it is not shown. */
export function CopyButton({ value, label, copiedLabel, variant = "ghost", size = "icon-sm", ...props }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  const [able, setAble] = useState(true);
  useEffect(() => setAble(Boolean(navigator.clipboard)), []);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);

  if (!able) return null;
  return (
    <>
      <Button
        {...props}
        variant={variant}
        size={size}
        aria-label={label}
        title={label}
        onClick={() => {
          // Refused by the browser (no permission, page not focused): nothing was copied, so nothing is said.
          navigator.clipboard.writeText(value).then(
            () => setCopied(true),
            () => undefined,
          );
        }}
      >
        {copied ? <CheckIcon className="size-4 text-success" /> : <CopyIcon />}
      </Button>
      <span role="status" className="sr-only">
        {copied ? copiedLabel : ""}
      </span>
    </>
  );
}
