import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import type { Entry } from "@/access/entry";
import { EmptyState } from "@/ui/empty-state";
import { PageHeader } from "@/ui/page-header";
import { ShareButton } from "@/ui/share-button";
import { SoftLink } from "@/ui/soft-link";
import { CoverThumb } from "../documents/cover-thumb";
import { Exports } from "../documents/exports";
import { MarkdownView } from "../documents/markdown-view";
import { Drafts } from "../drafts/drafts";
import { shareBook } from "./actions";
import { BookMenu } from "./book-menu";
import { ChapterForm } from "./chapter-form";
import { ChapterList } from "./chapter-list";
import { getChapter, type OpenBook } from "./queries";

type BookEditorProps = {
  entry: Entry;
  book: OpenBook;
  chapterId: string | undefined;
  /** With whom its author may share it. */
  organizations: { id: string; name: string }[];
  /** Where its author chooses the cover. */
  cover: ReactNode;
};

/** A book: its chapters beside the one that is open, which its author edits and others read; below, its cover and its documents. */
export async function BookEditor({ entry, book, chapterId, organizations, cover }: BookEditorProps) {
  const t = await getTranslations("books");
  // A chapter of another book, or one that is gone, opens the first.
  const open = book.chapters.find((chapter) => chapter.id === chapterId) ?? book.chapters[0];
  const chapter = open ? await getChapter(entry, open.id) : null;
  const details = { ...book, updatedAt: book.updatedAt.toISOString() };
  return (
    <>
      <SoftLink href="/studio/books" className="mb-2 inline-block text-muted text-sm hover:text-foreground">
        {t("back")}
      </SoftLink>
      <PageHeader
        title={book.title}
        description={book.isOwn ? book.description : t("by", { author: book.author ?? "" })}
        action={
          book.isOwn && (
            <div className="flex flex-wrap items-center gap-2">
              <ShareButton
                id={book.id}
                name={book.title}
                organizationId={book.organizationId}
                organizations={organizations}
                action={shareBook}
              />
              <BookMenu book={details} />
            </div>
          )
        }
      />
      {!book.isOwn && <CoverThumb url={book.coverUrl} shape="book" className="mb-8 w-40" />}
      <div className="grid grid-cols-[minmax(0,1fr)] gap-x-8 gap-y-10 lg:grid-cols-[16rem_minmax(0,1fr)]">
        <ChapterList bookId={book.id} chapters={book.chapters} openId={open?.id} isOwn={book.isOwn} />
        {!chapter && <EmptyState title={t("noChapters")} description={book.isOwn ? t("noChaptersBody") : undefined} />}
        {chapter && book.isOwn && <ChapterForm key={chapter.id} chapter={{ ...chapter, updatedAt: chapter.updatedAt.toISOString() }} />}
        {chapter && !book.isOwn && (
          <article className="grid min-w-0 gap-4">
            <h2 className="font-semibold text-lg [overflow-wrap:anywhere]">{chapter.title}</h2>
            <MarkdownView text={chapter.content} level={2} />
          </article>
        )}
      </div>
      {book.isOwn && <Drafts entry={entry} of={{ bookId: book.id }} />}
      {book.isOwn && <div className="mt-12">{cover}</div>}
      {chapter && (
        <div className="mt-12">
          <Exports entry={entry} of={{ bookId: book.id }} isOwn={book.isOwn} />
        </div>
      )}
    </>
  );
}
