import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { PageHeader } from "@/ui/page-header";
import { SoftLink } from "@/ui/soft-link";
import { Exports } from "../documents/exports";
import { MarkdownView } from "../documents/markdown-view";
import { PostForm } from "./post-form";
import type { OpenPost } from "./queries";

/** A post, which its author edits and others read; below, its documents. */
export async function PostEditor({ entry, post }: { entry: Entry; post: OpenPost }) {
  const t = await getTranslations("blog");
  return (
    <>
      <SoftLink href="/studio/blog" className="mb-2 inline-block text-muted text-sm hover:text-foreground">
        {t("back")}
      </SoftLink>
      <PageHeader title={post.title} description={post.isOwn ? undefined : t("by", { author: post.author ?? "" })} />
      {post.isOwn ? (
        <PostForm post={{ ...post, updatedAt: post.updatedAt.toISOString() }} />
      ) : (
        <MarkdownView text={post.content} level={1} />
      )}
      <div className="mt-12">
        <Exports entry={entry} of={{ blogPostId: post.id }} isOwn={post.isOwn} />
      </div>
    </>
  );
}
