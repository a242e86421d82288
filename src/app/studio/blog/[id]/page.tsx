import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { enter } from "@/access/door";
import { CoverField } from "@/features/files/cover-field";
import { MAX_COVER_BYTES } from "@/features/files/limits";
import { pictureTexts } from "@/features/files/picture-texts";
import { listOwnOrganizations } from "@/features/organizations/queries";
import { PostEditor } from "@/features/studio/blog/post-editor";
import { findPost } from "@/features/studio/blog/queries";
import { postIdSchema } from "@/features/studio/blog/schema";
import { Interactive } from "../../../_frames/interactive";
import { MembersFrame } from "../../../_frames/members-frame";

/** Nothing of the post itself: a title is worked out beside the page, before the door has answered. */
export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("blog"))("openPost") };
}

export default async function PostPage({ params }: { params: Promise<{ id: string }> }) {
  const entry = await enter("read", "BlogPost");
  const { data } = postIdSchema.safeParse(await params);
  const post = data ? await findPost(entry, data.id) : null;
  if (!post) notFound();
  const organizations = (await listOwnOrganizations(entry)).map(({ id, name }) => ({ id, name }));
  return (
    <MembersFrame entry={entry}>
      <Interactive texts={["blog", "documents", "drafts", "jobs", "studio", "sharing", "common"]}>
        <PostEditor
          entry={entry}
          organizations={organizations}
          cover={<CoverField of={{ blogPostId: post.id }} url={post.coverUrl} texts={await pictureTexts("cover", MAX_COVER_BYTES)} />}
          post={post}
        />
      </Interactive>
    </MembersFrame>
  );
}
