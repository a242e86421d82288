"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type RefObject, useEffect, useRef, useState } from "react";
import { toast } from "@/ui/toast";
import { type Answer, type Saving, Writer } from "./writer";

const SAVED: Saving = { state: "saved", savedAt: "", problem: null, asked: false };

/**
 * Saves a form's text by itself, read at `readAt`. What could not be saved stays in the fields, and no link leaves them before their
 * writer agrees. Returns how it stands, `flush` for a button, and `discard` for a text that is gone.
 */
export function useSaving(form: RefObject<HTMLFormElement | null>, save: (form: FormData) => Promise<Answer>, readAt: string) {
  const t = useTranslations("documents");
  const router = useRouter();
  const [saving, show] = useState(SAVED);
  const writer = useRef<Writer>(null);
  // Of the first render: later ones tell what the writer has saved itself.
  const first = useRef({ save, readAt, leave: t("leave"), lost: t("lost"), left: router.refresh });
  useEffect(() => {
    if (!form.current) return;
    const { save, readAt, leave, lost, left } = first.current;
    const ways = { save, show, mayLeave: () => confirm(leave), left, lost: () => toast.error(lost) };
    writer.current = new Writer(form.current, readAt, ways);
    return writer.current.watch();
  }, [form]);
  return { saving, flush: () => void writer.current?.flush(true), discard: () => writer.current?.discard() };
}
