"use client";

import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { Button } from "@/ui/button";
import { cn } from "@/ui/cn";
import { Field } from "@/ui/field";
import { Textarea } from "@/ui/textarea";
import { MAX_CONTENT_LENGTH } from "./limits";
import { MAX_SHOWN_LENGTH, MarkdownView } from "./markdown-view";
import { useTextField } from "./text-field";

/** A pause in writing after which the preview follows; longer, where there is more to read. */
const FOLLOW_MS = 150;
const MORE_MS_PER_CHARACTER = 0.005;

type TextEditorProps = {
  id: string;
  defaultValue: string;
  error?: string | undefined;
  /** The level of the heading it stands under. */
  level: number;
};

/** A field for Markdown with its preview: side by side where there is room, else one or the other. Without JavaScript, the field alone. */
export function TextEditor({ id, defaultValue, error, level }: TextEditorProps) {
  const t = useTranslations("documents");
  const field = useTextField();
  const [text, setText] = useState(defaultValue);
  const [mode, setMode] = useState<"write" | "preview">("write");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const follow = (typed: string) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setText(typed), FOLLOW_MS + typed.length * MORE_MS_PER_CHARACTER);
  };
  return (
    <div className="grid gap-3">
      <fieldset className="flex gap-1 xl:hidden noscript:hidden" aria-label={t("modes")}>
        {(["write", "preview"] as const).map((name) => (
          <Button
            key={name}
            size="sm"
            variant={mode === name ? "secondary" : "ghost"}
            aria-pressed={mode === name}
            onClick={() => setMode(name)}
          >
            {t(name)}
          </Button>
        ))}
      </fieldset>
      <div className="grid gap-6 xl:grid-cols-2">
        <Field
          id={id}
          label={t("text")}
          hint={t("markdownHint")}
          error={error}
          className={cn("content-start", mode === "preview" && "max-xl:hidden")}
        >
          {(control) => (
            <Textarea
              {...control}
              ref={field}
              name="content"
              rows={20}
              spellCheck
              maxLength={MAX_CONTENT_LENGTH}
              defaultValue={defaultValue}
              onChange={(event) => follow(event.target.value)}
              className="max-h-[70dvh] min-h-96 font-mono text-sm leading-6"
            />
          )}
        </Field>
        <section
          aria-label={t("preview")}
          className={cn("min-w-0 content-start gap-1.5 noscript:hidden", mode === "write" ? "hidden xl:grid" : "grid")}
        >
          <p className="font-medium text-body max-xl:hidden" aria-hidden="true">
            {t("preview")}
          </p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it can be scrolled by keyboard too */}
          <div tabIndex={0} className="max-h-[70dvh] min-h-96 overflow-y-auto rounded-md border bg-surface px-5 py-4">
            {text.trim() ? <MarkdownView text={text} level={level} /> : <p className="text-body text-muted">{t("emptyPreview")}</p>}
            {text.length > MAX_SHOWN_LENGTH && <p className="mt-4 border-t pt-3 text-muted text-sm">{t("cut")}</p>}
          </div>
        </section>
      </div>
    </div>
  );
}
