import { getLocale, getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import type { Cursor } from "@/lib/keyset";
import { EmptyState } from "@/ui/empty-state";
import { formatBytes } from "@/ui/format-bytes";
import { Pager } from "@/ui/pager";
import { FileMenu } from "./file-menu";
import { FileTable } from "./file-table";
import { getUsage, listFiles } from "./queries";
import { QuotaBar } from "./quota-bar";

/** The room taken, a page of the person's files, and the way to older ones. */
export async function FileList({ entry, cursor }: { entry: Entry; cursor?: Cursor | undefined }) {
  const [{ files, next }, usage, t, locale] = await Promise.all([
    listFiles(entry, cursor),
    getUsage(entry),
    getTranslations("files"),
    getLocale(),
  ]);
  return (
    <>
      <QuotaBar {...usage} />
      {files.length > 0 ? (
        <FileTable files={files} menu={(file) => <FileMenu {...file} />} />
      ) : (
        <EmptyState title={t("emptyTitle")} description={t("emptyBody", { max: formatBytes(usage.maxFileBytes, locale) })} />
      )}
      <Pager
        label={t("caption")}
        first={cursor && { href: "/files", label: t("newest") }}
        next={next ? { href: `/files?${new URLSearchParams({ cursor: next })}`, label: t("more") } : undefined}
      />
    </>
  );
}
