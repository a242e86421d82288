import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { enter } from "@/access/door";
import { CoverField } from "@/features/files/cover-field";
import { MAX_COVER_BYTES } from "@/features/files/limits";
import { pictureTexts } from "@/features/files/picture-texts";
import { listOwnOrganizations } from "@/features/organizations/queries";
import { BookEditor } from "@/features/studio/books/book-editor";
import { findBook } from "@/features/studio/books/queries";
import { bookIdSchema, openBookSchema } from "@/features/studio/books/schema";
import { Interactive } from "../../../_frames/interactive";
import { MembersFrame } from "../../../_frames/members-frame";

type Params = { params: Promise<{ id: string }>; searchParams: Promise<Record<string, string | string[]>> };

/** Nothing of the book itself: a title is worked out beside the page, before the door has answered. */
export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("books"))("openBook") };
}

export default async function BookPage({ params, searchParams }: Params) {
  const entry = await enter("read", "Book");
  const { data } = bookIdSchema.safeParse(await params);
  const book = data ? await findBook(entry, data.id) : null;
  if (!book) notFound();
  // A damaged link shows the first chapter rather than an error.
  const { chapter } = openBookSchema.safeParse(await searchParams).data ?? {};
  const organizations = (await listOwnOrganizations(entry)).map(({ id, name }) => ({ id, name }));
  return (
    <MembersFrame entry={entry}>
      <Interactive texts={["books", "documents", "drafts", "jobs", "studio", "sharing", "common"]}>
        <BookEditor
          entry={entry}
          organizations={organizations}
          cover={<CoverField of={{ bookId: book.id }} url={book.coverUrl} texts={await pictureTexts("cover", MAX_COVER_BYTES)} />}
          book={book}
          chapterId={chapter}
        />
      </Interactive>
    </MembersFrame>
  );
}
