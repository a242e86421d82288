import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { enter } from "@/access/door";
import { listOwnOrganizations } from "@/features/organizations/queries";
import { CreatePostDialog } from "@/features/studio/blog/create-post-dialog";
import { PostList, SharedPosts } from "@/features/studio/blog/post-list";
import { postsQuerySchema } from "@/features/studio/blog/schema";
import { PageHeader } from "@/ui/page-header";
import { MembersFrame } from "../../_frames/members-frame";
import { Permitted } from "../../_frames/permitted";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("blog"))("title") };
}

export default async function BlogPage({ searchParams }: { searchParams: Promise<Record<string, string | string[]>> }) {
  const entry = await enter("read", "BlogPost");
  // A damaged link shows the latest rather than an error.
  const { cursor } = postsQuerySchema.safeParse(await searchParams).data ?? {};
  const [t, locale, organizations] = await Promise.all([getTranslations("blog"), getLocale(), listOwnOrganizations(entry)]);
  return (
    <MembersFrame entry={entry}>
      <Permitted entry={entry} texts={["blog", "common"]}>
        <PageHeader title={t("title")} description={t("lead")} action={<CreatePostDialog language={locale} />} />
        <PostList entry={entry} cursor={cursor} />
        <SharedPosts entry={entry} organization={organizations.find(({ current }) => current)} />
      </Permitted>
    </MembersFrame>
  );
}
