import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import type { Entry } from "@/access/entry";
import { PageHeader } from "@/ui/page-header";
import { ShareButton } from "@/ui/share-button";
import { SoftLink } from "@/ui/soft-link";
import { CoverThumb } from "../documents/cover-thumb";
import { Exports } from "../documents/exports";
import { MarkdownView } from "../documents/markdown-view";
import { TextField } from "../documents/text-field";
import { Drafts } from "../drafts/drafts";
import { sharePost } from "./actions";
import { PostForm } from "./post-form";
import type { OpenPost } from "./queries";

type PostEditorProps = {
  entry: Entry;
  post: OpenPost;
  /** With whom its author may share it. */
  organizations: { id: string; name: string }[];
  /** Where its author chooses the cover. */
  cover: ReactNode;
};

/** A post, which its author edits and others read; below, its cover and its documents. */
export async function PostEditor({ entry, post, organizations, cover }: PostEditorProps) {
  const t = await getTranslations("blog");
  return (
    <>
      <SoftLink href="/studio/blog" className="mb-2 inline-block text-muted text-sm hover:text-foreground">
        {t("back")}
      </SoftLink>
      <PageHeader
        title={post.title}
        description={post.isOwn ? undefined : t("by", { author: post.author ?? "" })}
        action={
          post.isOwn && (
            <div className="flex">
              <ShareButton
                id={post.id}
                name={post.title}
                organizationId={post.organizationId}
                organizations={organizations}
                action={sharePost}
              />
            </div>
          )
        }
      />
      {!post.isOwn && <CoverThumb url={post.coverUrl} shape="post" className="mb-8 w-full max-w-read" />}
      {post.isOwn ? (
        <TextField>
          <PostForm post={{ ...post, updatedAt: post.updatedAt.toISOString() }} />
          <Drafts entry={entry} of={{ blogPostId: post.id }} />
        </TextField>
      ) : (
        <MarkdownView text={post.content} level={1} />
      )}
      {post.isOwn && <div className="mt-12">{cover}</div>}
      <div className="mt-12">
        <Exports entry={entry} of={{ blogPostId: post.id }} isOwn={post.isOwn} />
      </div>
    </>
  );
}
