import { getLocale, getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { EmptyState } from "@/ui/empty-state";
import { formatBytes } from "@/ui/format-bytes";
import { Pager } from "@/ui/pager";
import { SelectBox, SelectPageBox } from "@/ui/select-box";
import { SelectionBar } from "@/ui/selection-bar";
import { deleteFiles } from "./actions";
import { filesAddress, scopeOf } from "./address";
import { FileFilters } from "./file-filters";
import { FileGrid } from "./file-grid";
import { FileMenu } from "./file-menu";
import { FileTable } from "./file-table";
import { getUsage, listFiles } from "./queries";
import { QuotaBar } from "./quota-bar";
import { type FilesQuery, MAX_CHOSEN_FILES } from "./schema";

type FileListProps = {
  entry: Entry;
  query: FilesQuery;
  /** Those one can share with. */
  organizations: { id: string; name: string }[];
};

/** The room taken, a page of the person's files of one kind or of all, and the way to older ones. */
export async function FileList({ entry, query, organizations }: FileListProps) {
  const [{ files, next }, usage, t, locale] = await Promise.all([
    listFiles(entry, query),
    getUsage(entry),
    getTranslations("files"),
    getLocale(),
  ]);
  const Shown = query.view === "grid" ? FileGrid : FileTable;
  const { kind, cursor } = query;
  const selection = { name: "files", scope: scopeOf(query) };
  return (
    <>
      <QuotaBar {...usage} />
      <FileFilters {...query} />
      {files.length > 0 ? (
        <Shown
          files={files}
          select={{
            page: <SelectPageBox {...selection} ids={files.map(({ id }) => id)} label={t("selectPage")} />,
            one: ({ id, name }) => <SelectBox {...selection} id={id} label={t("selectOne", { name })} />,
          }}
          menu={(file) => <FileMenu id={file.id} name={file.name} organizationId={file.organizationId} organizations={organizations} />}
        />
      ) : kind ? (
        <EmptyState title={t("emptyKindTitle")} description={t("emptyKindBody")} />
      ) : (
        <EmptyState title={t("emptyTitle")} description={t("emptyBody", { max: formatBytes(usage.maxFileBytes, locale) })} />
      )}
      <Pager
        label={t("caption")}
        first={cursor && { href: filesAddress(query), label: t("newest") }}
        next={next ? { href: filesAddress(query, next), label: t("more") } : undefined}
      />
      <SelectionBar name="files" maxChosen={MAX_CHOSEN_FILES} remove={deleteFiles} />
    </>
  );
}
