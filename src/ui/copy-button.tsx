"use client";

import { Button } from "./button";
import { CopyIcon } from "./icons";
import { toast } from "./toast";

/** Puts `text` on the clipboard and says so; `label` names what is copied. Without JavaScript there is no button. */
export function CopyButton({ text, label, copied, failed }: { text: string; label: string; copied: string; failed: string }) {
  const copy = async () => {
    try {
      // There is no clipboard where the page came over plain http.
      await navigator.clipboard.writeText(text);
      toast.success(copied);
    } catch {
      toast.error(failed);
    }
  };
  return (
    <Button variant="ghost" size="icon-sm" onClick={copy} aria-label={label} className="noscript:hidden">
      <CopyIcon />
    </Button>
  );
}
