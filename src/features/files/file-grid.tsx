import { getLocale, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { formatBytes } from "@/ui/format-bytes";
import { Lightbox, LightboxButton } from "@/ui/lightbox";
import type { FileTableProps } from "./file-table";
import { FileThumb } from "./file-thumb";
import { hasPreview } from "./format";
import type { ListedFile } from "./queries";

/** Files as pictures. The picture opens, the name downloads; the rest is in the card's menu. */
export async function FileGrid({ files, select, menu }: FileTableProps) {
  const [t, locale] = await Promise.all([getTranslations("files"), getLocale()]);
  return (
    <Lightbox
      files={files.filter(({ contentType }) => hasPreview(contentType)).map(({ id, name, contentType }) => ({ id, name, contentType }))}
    >
      <ul aria-label={t("caption")} className="grid grid-cols-2 gap-4 sm:grid-cols-3 lg:grid-cols-4">
        {files.map((file) => (
          <li key={file.id} className="grid min-w-0 overflow-hidden rounded-lg border bg-surface">
            <Picture {...file} />
            <div className="flex min-w-0 items-center gap-2 py-2 ps-3 pe-1">
              {select?.one(file)}
              <div className="min-w-0 flex-1">
                <a
                  href={`/api/files/${file.id}`}
                  download
                  className="block truncate font-medium text-body hover:underline"
                  title={file.name}
                >
                  {file.name}
                </a>
                <p className="text-muted text-sm tabular-nums">{formatBytes(file.sizeBytes, locale)}</p>
              </div>
              {menu?.(file)}
            </div>
          </li>
        ))}
      </ul>
    </Lightbox>
  );
}

function Picture(file: ListedFile): ReactNode {
  const frame = "grid aspect-4/3 w-full place-items-center overflow-hidden border-b bg-background";
  const thumb = <FileThumb kind={file.kind} previewUrl={file.previewUrl} whole />;
  if (!hasPreview(file.contentType)) return <div className={frame}>{thumb}</div>;
  return (
    <LightboxButton id={file.id} name={file.name} className={`${frame} focus-visible:-outline-offset-2`}>
      {thumb}
    </LightboxButton>
  );
}
