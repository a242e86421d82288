"use client";

import { type ClipboardEvent, type ComponentProps, type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import { CloseIcon } from "./close-icon";
import { cn } from "./cn";
import { controlClasses, Input } from "./input";

type TagInputProps = Omit<ComponentProps<"input">, "type" | "value" | "onChange" | "defaultValue"> & {
  name: string;
  /** Comma separated, as it is sent. */
  defaultValue?: string;
  /** Accessible name of a tag's remove button; `{tag}` stands for the tag. */
  removeLabel: string;
  maxTags?: number;
};

/** Tags, sent as one comma separated value. Without JavaScript it is that value in a plain input. */
export function TagInput({ name, defaultValue = "", removeLabel, maxTags = 20, className, ...props }: TagInputProps) {
  const plain = useRef<HTMLInputElement>(null);
  const entry = useRef<HTMLInputElement>(null);
  const [tags, setTags] = useState<string[] | null>(null);
  const [draft, setDraft] = useState("");
  const hidden = useRef<HTMLInputElement>(null);
  const former = useRef<string[]>(null);

  // What was typed before the script arrived is kept: the tags start from the field, not from the default.
  useLayoutEffect(() => setTags((now) => now ?? merge([], plain.current?.value ?? "", maxTags)), [maxTags]);

  // To the form it is a field like any other: a tag that comes or goes is something typed.
  useEffect(() => {
    if (former.current && former.current !== tags) hidden.current?.dispatchEvent(new Event("input", { bubbles: true }));
    former.current = tags;
  }, [tags]);

  if (tags === null) return <Input ref={plain} name={name} defaultValue={defaultValue} className={cn(className)} {...props} />;

  const add = (text: string) => {
    setTags(merge(tags, text, maxTags));
    setDraft("");
  };
  const remove = (tag: string) => {
    setTags(tags.filter((other) => other !== tag));
    entry.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter and comma also confirm a word in an input method editor: leave those alone.
    if (event.nativeEvent.isComposing) return;
    if ((event.key === "Enter" || event.key === ",") && draft.trim()) {
      event.preventDefault();
      add(draft);
    } else if (event.key === ",") {
      event.preventDefault();
    } else if (event.key === "Backspace" && draft === "" && tags.length > 0) {
      setTags(tags.slice(0, -1));
    }
  };
  const onPaste = (event: ClipboardEvent) => {
    const text = event.clipboardData.getData("text");
    if (!/[,\n]/.test(text)) return;
    event.preventDefault();
    add(`${draft}${text}`);
  };

  return (
    <div
      data-slot="tag-input"
      className={cn(
        controlClasses,
        "flex min-h-11 flex-wrap items-center gap-1.5 px-1.5 py-1 sm:min-h-9",
        "has-[input:focus-visible]:border-ember has-[input:focus-visible]:outline-2 has-[input:focus-visible]:outline-ember",
        props["aria-invalid"] && "border-danger!",
        className,
      )}
    >
      <input ref={hidden} type="hidden" name={name} value={merge(tags, draft, maxTags).join(", ")} />
      {tags.map((tag) => (
        <span key={tag} className="inline-flex h-7 max-w-full items-center rounded-sm bg-hover ps-2 text-sm sm:h-6">
          <span className="truncate">{tag}</span>
          <button
            type="button"
            aria-label={removeLabel.replace("{tag}", tag)}
            onClick={() => remove(tag)}
            className="grid size-7 shrink-0 place-items-center rounded-sm text-muted hover:text-foreground focus-visible:-outline-offset-2 sm:size-6"
          >
            <CloseIcon className="size-3" />
          </button>
        </span>
      ))}
      <input
        {...props}
        ref={entry}
        required={props.required && tags.length === 0}
        placeholder={tags.length === 0 ? props.placeholder : undefined}
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        onBlur={() => draft.trim() && add(draft)}
        className="h-7 min-w-24 flex-1 bg-transparent px-1.5 outline-none sm:h-6"
      />
    </div>
  );
}

/** `tags` and those of `text`, trimmed, each once whatever its capitals, at most `max`. */
function merge(tags: string[], text: string, max: number): string[] {
  const merged = [...tags];
  for (const part of text.split(/[,\n]/)) {
    const tag = part.trim().replace(/\s+/g, " ");
    if (tag && !merged.some((other) => other.toLowerCase() === tag.toLowerCase())) merged.push(tag);
  }
  return merged.slice(0, max);
}
