import { getLocale, getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import type { Cursor } from "@/lib/keyset";
import { Badge } from "@/ui/badge";
import { EmptyState } from "@/ui/empty-state";
import { Pager } from "@/ui/pager";
import { RelativeTime } from "@/ui/relative-time";
import { Section } from "@/ui/section";
import { SoftLink } from "@/ui/soft-link";
import { CoverThumb } from "../documents/cover-thumb";
import { listPosts } from "./queries";

/** The person's own posts, newest first. */
export async function PostList({ entry, cursor }: { entry: Entry; cursor: Cursor | undefined }) {
  const [{ posts, next }, t] = await Promise.all([listPosts(entry, cursor), getTranslations("blog")]);
  return (
    <>
      {posts.length === 0 ? (
        <EmptyState title={t("emptyTitle")} description={t("emptyBody")} />
      ) : (
        <Posts posts={posts} label={t("caption")} />
      )}
      <Pager
        label={t("caption")}
        first={cursor && { href: "/studio/blog", label: t("first") }}
        next={next ? { href: `/studio/blog?${new URLSearchParams({ cursor: next })}`, label: t("next") } : undefined}
      />
    </>
  );
}

/** What others share with the organisation one looks at, the latest of it; nothing where there is none. */
export async function SharedPosts({ entry, organization }: { entry: Entry; organization: { id: string; name: string } | undefined }) {
  if (!organization) return null;
  const [{ posts }, t] = await Promise.all([listPosts(entry, undefined, organization.id), getTranslations("files")]);
  if (posts.length === 0) return null;
  const title = t("sharedWith", { name: organization.name });
  return (
    <div className="mt-12">
      <Section title={title}>
        <Posts posts={posts} label={title} />
      </Section>
    </div>
  );
}

async function Posts({ posts, label }: { posts: Awaited<ReturnType<typeof listPosts>>["posts"]; label: string }) {
  const [t, locale] = await Promise.all([getTranslations("blog"), getLocale()]);
  return (
    <ul aria-label={label} className="divide-y rounded-lg border bg-surface">
      {posts.map(({ id, title, excerpt, tags, updatedAt, coverUrl }) => (
        <li key={id} className="flex items-start gap-4 px-4 py-3">
          <CoverThumb url={coverUrl} shape="post" className="w-24 shrink-0" />
          <div className="grid min-w-0 gap-1">
            <SoftLink href={`/studio/blog/${id}`} className="font-medium text-body [overflow-wrap:anywhere] hover:underline">
              {title}
            </SoftLink>
            {excerpt && <p className="line-clamp-2 text-muted text-sm [overflow-wrap:anywhere]">{excerpt}</p>}
            <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-muted text-sm">
              <span>{t.rich("changed", { time: () => <RelativeTime date={updatedAt} locale={locale} /> })}</span>
              {tags.map((tag) => (
                <Badge key={tag}>{tag}</Badge>
              ))}
            </p>
          </div>
        </li>
      ))}
    </ul>
  );
}
