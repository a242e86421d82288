import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { enter } from "@/access/door";
import { FileHistory } from "@/features/files/file-history";
import { fileHistory } from "@/features/files/queries";
import { fileIdSchema } from "@/features/files/schema";
import { MembersFrame } from "../../_frames/members-frame";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("files"))("history") };
}

export default async function FilePage({ params }: { params: Promise<{ id: string }> }) {
  const entry = await enter("read", "File");
  const { data } = fileIdSchema.safeParse(await params);
  const file = data && (await fileHistory(entry, data.id));
  if (!file) notFound();
  return (
    <MembersFrame entry={entry}>
      <FileHistory entry={entry} file={file} />
    </MembersFrame>
  );
}
