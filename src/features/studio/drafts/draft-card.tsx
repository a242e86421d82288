import { getLocale, getTranslations } from "next-intl/server";
import { Suspense } from "react";
import { RelativeTime } from "@/ui/relative-time";
import { MarkdownView } from "../documents/markdown-view";
import { AddDraft } from "./add-draft";
import { DeleteDraft } from "./delete-draft";
import type { Draft } from "./queries";
import { shownText } from "./text";

/** A draft that is there: what it says, and the ways to take it or to delete it. */
export async function DraftCard({ draft, of }: { draft: Draft; of: { bookId: string } | { blogPostId: string } }) {
  const [t, locale] = await Promise.all([getTranslations("drafts"), getLocale()]);
  const { job, prompt, createdAt, file } = draft;
  return (
    <article className="grid grid-cols-[minmax(0,1fr)] gap-3 rounded-lg border bg-surface p-4">
      <div>
        <h3 className="line-clamp-2 font-medium text-body [overflow-wrap:anywhere]">{prompt}</h3>
        <p className="text-muted text-sm">
          <RelativeTime date={createdAt} locale={locale} />
        </p>
      </div>
      {/* The store may take its time: what its author writes does not wait for it. */}
      <Suspense fallback={<div className="-mx-4 h-72 border-y" />}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it can be scrolled by keyboard too */}
        <section aria-label={t("textOf", { what: prompt })} tabIndex={0} className="-mx-4 max-h-72 overflow-y-auto border-y px-4 py-4">
          <DraftText file={file} />
        </section>
      </Suspense>
      <div className="flex flex-wrap items-center justify-end gap-2">
        <DeleteDraft id={job.id} />
        <AddDraft id={job.id} of={of} />
      </div>
    </article>
  );
}

async function DraftText({ file }: Pick<Draft, "file">) {
  const [text, t] = await Promise.all([file && shownText(file), getTranslations("drafts")]);
  return text ? <MarkdownView text={text} level={3} /> : <p className="text-body text-muted">{t("unreadable")}</p>;
}
