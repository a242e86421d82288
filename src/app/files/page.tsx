import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { enter } from "@/access/door";
import { FileTable } from "@/features/files/file-table";
import { formatBytes } from "@/features/files/format";
import { getUsage, listFiles } from "@/features/files/queries";
import { QuotaBar } from "@/features/files/quota-bar";
import { filesQuerySchema } from "@/features/files/schema";
import { UploadPanel } from "@/features/files/upload-panel";
import { buttonVariants } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { SoftLink } from "@/ui/soft-link";
import { Interactive } from "../_frames/interactive";
import { MembersFrame } from "../_frames/members-frame";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("files"))("title") };
}

export default async function FilesPage({ searchParams }: { searchParams: Promise<Record<string, string | string[]>> }) {
  const entry = await enter("read", "File");
  // A damaged link shows the first page rather than an error.
  const { cursor } = filesQuerySchema.safeParse(await searchParams).data ?? {};
  const [{ files, next }, usage, t, locale] = await Promise.all([
    listFiles(entry, cursor),
    getUsage(entry),
    getTranslations("files"),
    getLocale(),
  ]);
  return (
    <MembersFrame entry={entry}>
      <Interactive entry={entry} texts={["files", "common"]}>
        <UploadPanel>
          <QuotaBar {...usage} />
          {files.length > 0 ? (
            <FileTable files={files} />
          ) : (
            <EmptyState title={t("emptyTitle")} description={t("emptyBody", { max: formatBytes(usage.maxFileBytes, locale) })} />
          )}
          <nav className="mt-4 flex gap-2">
            {cursor && (
              <SoftLink href="/files" className={buttonVariants({ variant: "secondary", size: "sm" })}>
                {t("newest")}
              </SoftLink>
            )}
            {next && (
              <SoftLink
                href={`/files?${new URLSearchParams({ cursor: next })}`}
                className={buttonVariants({ variant: "secondary", size: "sm" })}
              >
                {t("more")}
              </SoftLink>
            )}
          </nav>
        </UploadPanel>
      </Interactive>
    </MembersFrame>
  );
}
