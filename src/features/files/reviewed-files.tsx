import { getLocale, getTranslations } from "next-intl/server";
import { formatBytes } from "@/ui/format-bytes";
import { RelativeTime } from "@/ui/relative-time";
import { SoftLink } from "@/ui/soft-link";
import { SubmitButton } from "@/ui/submit-button";
import { deleteFile } from "./actions";
import { typeName } from "./format";
import { OpenForm } from "./open-form";
import type { ListedFile } from "./queries";

type Reviewed = Pick<ListedFile, "id" | "name" | "sizeBytes" | "contentType" | "createdAt"> & {
  owner?: { id: string; name: string; email: string };
};

/** For an admin: files of others; one opens with a reason, which is written down, or is deleted. Works without JavaScript. */
export async function ReviewedFiles({ files }: { files: Reviewed[] }) {
  const [t, common, locale] = await Promise.all([getTranslations("files"), getTranslations("common"), getLocale()]);
  return (
    <ul className="divide-y rounded-lg border bg-surface">
      {files.map(({ id, name, sizeBytes, contentType, createdAt, owner }) => (
        <li key={id}>
          <details>
            <summary className="flex cursor-pointer flex-wrap items-baseline gap-x-4 gap-y-0.5 px-4 py-2.5 text-body hover:bg-hover">
              <span className="min-w-0 flex-1 basis-56 truncate font-medium">{name}</span>
              {owner && (
                <span className="w-44 truncate text-muted text-sm max-sm:w-auto max-sm:basis-full">{owner.name || owner.email}</span>
              )}
              <span className="text-end text-muted text-sm tabular-nums sm:w-20">{formatBytes(sizeBytes, locale)}</span>
              <span className="w-20 truncate text-muted text-sm max-sm:hidden">{typeName(contentType)}</span>
              <span className="text-muted text-sm sm:w-32">
                <RelativeTime date={createdAt} locale={locale} />
              </span>
            </summary>
            <div className="flex flex-wrap items-end gap-3 border-t bg-background px-4 py-3">
              {owner && (
                <p className="basis-full text-body">
                  <span className="text-muted">{t("by.owner")}</span>{" "}
                  <SoftLink href={`/admin/users/${owner.id}`} className="link">
                    {owner.name || owner.email}
                  </SoftLink>
                </p>
              )}
              <OpenForm id={id} name={name} />
              <form action={deleteFile}>
                <input type="hidden" name="id" value={id} />
                <SubmitButton variant="danger" aria-label={common("actOn", { act: t("delete"), what: name })}>
                  {t("delete")}
                </SubmitButton>
              </form>
            </div>
          </details>
        </li>
      ))}
    </ul>
  );
}
