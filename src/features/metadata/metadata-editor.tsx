"use client";

import { useTranslations } from "next-intl";
import { useActionState, useEffect, useState } from "react";
import { Alert } from "@/ui/alert";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { SubmitButton } from "@/ui/submit-button";
import { Textarea } from "@/ui/textarea";
import { toast } from "@/ui/toast";
import { setMetadata } from "./actions";

type MetadataEditorProps = { userId: string; part: "public" | "private"; json: string; maxBytes: number };

/** A part of the metadata as JSON: what is wrong with it is said while it is written, and by the server once more. */
export function MetadataEditor({ userId, part, json, maxBytes }: MetadataEditorProps) {
  const t = useTranslations("metadata");
  const [result, submit] = useActionState(setMetadata, null);
  const [text, setText] = useState(json);
  const [told, setTold] = useState<typeof result>(null);
  useEffect(() => {
    if (result === told) return;
    setTold(result);
    if (result?.ok) toast.success(t("saved"));
  }, [result, told, t]);
  const error = result?.ok === false ? result.error : undefined;
  const fault = faultOf(text);
  const bytes = fault ? 0 : new TextEncoder().encode(JSON.stringify(JSON.parse(text))).length;
  const problem = fault ? t("wrong", { reason: fault }) : bytes > maxBytes ? t("large") : error?.fields?.json;
  return (
    <form action={submit} className="grid content-start gap-3" noValidate>
      {error && !error.fields && <Alert tone="danger">{error.message}</Alert>}
      <input type="hidden" name="userId" value={userId} />
      <input type="hidden" name="part" value={part} />
      <input type="hidden" name="was" value={json} />
      <Field id={`metadata-${part}`} label={t(part)} hint={t(`${part}Hint`)} error={problem} aside={t("size", { bytes, max: maxBytes })}>
        {(control) => (
          <Textarea
            {...control}
            name="json"
            value={text}
            onChange={({ target }) => setText(target.value)}
            spellCheck={false}
            autoCapitalize="off"
            className="font-mono text-xs leading-5"
          />
        )}
      </Field>
      <div className="flex gap-2">
        <SubmitButton variant="secondary" size="sm" aria-label={t("savePart", { part: t(part) })}>
          {t("save")}
        </SubmitButton>
        <Button
          variant="ghost"
          size="sm"
          disabled={fault !== null}
          onClick={() => setText(JSON.stringify(JSON.parse(text), null, 2))}
          aria-label={t("formatPart", { part: t(part) })}
        >
          {t("format")}
        </Button>
      </div>
    </form>
  );
}

/** What the parser says of it; null for a JSON object. */
function faultOf(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? null : "{ }";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
