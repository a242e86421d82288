import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Suspense } from "react";
import { enter } from "@/access/door";
import { FileList } from "@/features/files/file-list";
import { FileTabs } from "@/features/files/file-tabs";
import { listUnfinished } from "@/features/files/queries";
import { filesQuerySchema } from "@/features/files/schema";
import { SharedFileList } from "@/features/files/shared-file-list";
import { UploadPanel } from "@/features/files/upload-panel";
import { listOwnOrganizations } from "@/features/organizations/queries";
import { TableSkeleton } from "@/ui/skeleton";
import { MembersFrame } from "../_frames/members-frame";
import { Permitted } from "../_frames/permitted";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("files"))("title") };
}

export default async function FilesPage({ searchParams }: { searchParams: Promise<Record<string, string | string[]>> }) {
  const entry = await enter("read", "File");
  // A damaged link shows the first page rather than an error.
  const query = filesQuerySchema.safeParse(await searchParams).data ?? {};
  const [common, unfinished, organizations] = await Promise.all([
    getTranslations("common"),
    listUnfinished(entry),
    listOwnOrganizations(entry),
  ]);
  const current = organizations.find((organization) => organization.current);
  return (
    <MembersFrame entry={entry}>
      <Permitted entry={entry} texts={["files", "lightbox", "selection", "sharing", "common"]}>
        <UploadPanel unfinished={unfinished}>
          {current && <FileTabs organization={current} shared={Boolean(query.shared)} />}
          <Suspense fallback={<TableSkeleton label={common("loading")} />}>
            {current && query.shared ? (
              <SharedFileList entry={entry} organization={current} cursor={query.cursor} />
            ) : (
              <FileList entry={entry} query={query} organizations={organizations.map(({ id, name }) => ({ id, name }))} />
            )}
          </Suspense>
        </UploadPanel>
      </Permitted>
    </MembersFrame>
  );
}
