import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { getFormatter } from "@/i18n/formatter";
import { EmptyState } from "@/ui/empty-state";
import { Pager } from "@/ui/pager";
import { allFilesAddress } from "./address";
import { listAllFiles, MAX_OWNERS } from "./all-files-queries";
import { ReviewedFiles } from "./reviewed-files";
import type { AllFilesQuery } from "./schema";

/** For an admin: how many files match, a page of them with their owners, and the way on. */
export async function AllFiles({ entry, query }: { entry: Entry; query: AllFilesQuery }) {
  const [{ files, next, total, isEstimate, isCut }, t, format] = await Promise.all([
    listAllFiles(entry, query),
    getTranslations("files"),
    getFormatter(),
  ]);
  const isAsked = allFilesAddress(query) !== "/admin/files";
  return (
    <>
      {total > 0 && (
        <p className="mb-3 text-muted text-sm tabular-nums">
          {isEstimate ? t("totalAbout", { count: format.number(total) }) : t("total", { count: total })}
          {isCut && ` ${t("ownersCut", { max: MAX_OWNERS })}`}
        </p>
      )}
      {files.length > 0 ? <ReviewedFiles files={files} /> : <EmptyState drawing="lens" title={t(isAsked ? "noneFound" : "noneYet")} />}
      <Pager
        label={t("allCaption")}
        first={query.cursor && { href: allFilesAddress(query), label: t("firstPage") }}
        next={next ? { href: allFilesAddress(query, next), label: t("nextPage") } : undefined}
      />
    </>
  );
}
