import { getLocale, getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import type { Cursor } from "@/lib/keyset";
import { EmptyState } from "@/ui/empty-state";
import { Pager } from "@/ui/pager";
import { RelativeTime } from "@/ui/relative-time";
import { Section } from "@/ui/section";
import { SoftLink } from "@/ui/soft-link";
import { CoverThumb } from "../documents/cover-thumb";
import { listBooks } from "./queries";

/** The person's own books, newest first. */
export async function BookList({ entry, cursor }: { entry: Entry; cursor: Cursor | undefined }) {
  const [{ books, next }, t] = await Promise.all([listBooks(entry, cursor), getTranslations("books")]);
  return (
    <>
      {books.length === 0 ? (
        <EmptyState title={t("emptyTitle")} description={t("emptyBody")} />
      ) : (
        <Books books={books} label={t("caption")} />
      )}
      <Pager
        label={t("caption")}
        first={cursor && { href: "/studio/books", label: t("first") }}
        next={next ? { href: `/studio/books?${new URLSearchParams({ cursor: next })}`, label: t("next") } : undefined}
      />
    </>
  );
}

/** What others share with the organisation one looks at, the latest of it; nothing where there is none. */
export async function SharedBooks({ entry, organization }: { entry: Entry; organization: { id: string; name: string } | undefined }) {
  if (!organization) return null;
  const [{ books }, t] = await Promise.all([listBooks(entry, undefined, organization.id), getTranslations("files")]);
  if (books.length === 0) return null;
  const title = t("sharedWith", { name: organization.name });
  return (
    <div className="mt-12">
      <Section title={title}>
        <Books books={books} label={title} />
      </Section>
    </div>
  );
}

async function Books({ books, label }: { books: Awaited<ReturnType<typeof listBooks>>["books"]; label: string }) {
  const [t, locale] = await Promise.all([getTranslations("books"), getLocale()]);
  return (
    <ul aria-label={label} className="divide-y rounded-lg border bg-surface">
      {books.map(({ id, title, description, chapters, createdAt, coverUrl }) => (
        <li key={id} className="flex items-start gap-4 px-4 py-3">
          <CoverThumb url={coverUrl} shape="book" className="w-12 shrink-0" />
          <div className="grid min-w-0 gap-0.5">
            <SoftLink href={`/studio/books/${id}`} className="font-medium text-body [overflow-wrap:anywhere] hover:underline">
              {title}
            </SoftLink>
            {description && <p className="line-clamp-2 text-muted text-sm [overflow-wrap:anywhere]">{description}</p>}
            <p className="text-muted text-sm">
              {t("count", { count: chapters })} · <RelativeTime date={createdAt} locale={locale} />
            </p>
          </div>
        </li>
      ))}
    </ul>
  );
}
