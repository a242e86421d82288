import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Suspense } from "react";
import { enter } from "@/access/door";
import { FileList } from "@/features/files/file-list";
import { listUnfinished } from "@/features/files/queries";
import { filesQuerySchema } from "@/features/files/schema";
import { UploadPanel } from "@/features/files/upload-panel";
import { TableSkeleton } from "@/ui/skeleton";
import { Interactive } from "../_frames/interactive";
import { MembersFrame } from "../_frames/members-frame";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("files"))("title") };
}

export default async function FilesPage({ searchParams }: { searchParams: Promise<Record<string, string | string[]>> }) {
  const entry = await enter("read", "File");
  // A damaged link shows the first page rather than an error.
  const query = filesQuerySchema.safeParse(await searchParams).data ?? {};
  const [common, unfinished] = await Promise.all([getTranslations("common"), listUnfinished(entry)]);
  return (
    <MembersFrame entry={entry}>
      <Interactive entry={entry} texts={["files", "common"]}>
        <UploadPanel unfinished={unfinished}>
          <Suspense fallback={<TableSkeleton label={common("loading")} />}>
            <FileList entry={entry} query={query} />
          </Suspense>
        </UploadPanel>
      </Interactive>
    </MembersFrame>
  );
}
