"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useTransition } from "react";
import { Button } from "@/ui/button";
import { toast } from "@/ui/toast";
import { takeDraft } from "../blog/actions";
import { addDraft } from "../books/actions";
import { useTextField } from "../documents/text-field";

/** Takes a draft: into a book as a new chapter, which opens; into a post at the end of its text, where it is saved as if it were typed. */
export function AddDraft({ id, of }: { id: string; of: { bookId: string } | { blogPostId: string } }) {
  const t = useTranslations("drafts");
  const router = useRouter();
  const field = useTextField();
  const [pending, start] = useTransition();
  const isBook = "bookId" in of;
  const addChapter = async () => {
    const result = await addDraft({ id });
    if (!result.ok) return void toast.error(result.error.message);
    const { bookId, chapterId, title } = result.data;
    toast.success(t("chapterAdded", { title }));
    router.push(`/studio/books/${bookId}?chapter=${chapterId}`);
  };
  const addText = async () => {
    const result = await takeDraft({ id });
    if (!result.ok) return void toast.error(result.error.message);
    if (!field?.current) return;
    append(field.current, result.data.text);
    toast.success(t("textAdded"));
  };
  return (
    <Button variant="secondary" size="sm" pending={pending} onClick={() => start(isBook ? addChapter : addText)}>
      {t(isBook ? "addChapter" : "addText")}
    </Button>
  );
}

/** At the end of what stands in the post's field, saved or not: its editor saves it with that, and finds out if somebody else wrote meanwhile. */
function append(field: HTMLTextAreaElement, text: string): void {
  const end = field.textLength;
  // Not by `value`, which React would take for its own doing.
  field.setRangeText(`${field.value.trim() ? "\n\n" : ""}${text}`, end, end, "start");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}
