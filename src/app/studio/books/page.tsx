import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { enter } from "@/access/door";
import { listOwnOrganizations } from "@/features/organizations/queries";
import { BookList, SharedBooks } from "@/features/studio/books/book-list";
import { CreateBookDialog } from "@/features/studio/books/create-book-dialog";
import { booksQuerySchema } from "@/features/studio/books/schema";
import { PageHeader } from "@/ui/page-header";
import { MembersFrame } from "../../_frames/members-frame";
import { Permitted } from "../../_frames/permitted";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("books"))("title") };
}

export default async function BooksPage({ searchParams }: { searchParams: Promise<Record<string, string | string[]>> }) {
  const entry = await enter("read", "Book");
  // A damaged link shows the latest rather than an error.
  const { cursor } = booksQuerySchema.safeParse(await searchParams).data ?? {};
  const [t, locale, organizations] = await Promise.all([getTranslations("books"), getLocale(), listOwnOrganizations(entry)]);
  return (
    <MembersFrame entry={entry}>
      <Permitted entry={entry} texts={["books", "common"]}>
        <PageHeader title={t("title")} description={t("lead")} action={<CreateBookDialog language={locale} />} />
        <BookList entry={entry} cursor={cursor} />
        <SharedBooks entry={entry} organization={organizations.find(({ current }) => current)} />
      </Permitted>
    </MembersFrame>
  );
}
