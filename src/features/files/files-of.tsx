import { getLocale, getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { formatBytes } from "@/ui/format-bytes";
import { Input } from "@/ui/input";
import { Label } from "@/ui/label";
import { RelativeTime } from "@/ui/relative-time";
import { Section } from "@/ui/section";
import { SubmitButton } from "@/ui/submit-button";
import { deleteFile } from "./actions";
import { typeName } from "./format";
import { getUsage, listFiles } from "./queries";

const LATEST = 20;

/** For an admin: the room somebody takes and their latest files; one opens with a reason, which is written down, or is deleted. */
export async function FilesOf({ entry, userId }: { entry: Entry; userId: string }) {
  const [{ files, next }, usage, t, locale] = await Promise.all([
    listFiles(entry, { limit: LATEST, ownerId: userId }),
    getUsage(entry, userId),
    getTranslations("files"),
    getLocale(),
  ]);
  const [size, quota] = [formatBytes(usage.usedBytes, locale), formatBytes(usage.quotaBytes, locale)];
  return (
    <Section title={t("title")} description={t("usageOf", { count: usage.files, size, quota })}>
      {files.length > 0 && (
        <ul className="divide-y rounded-lg border bg-surface">
          {files.map(({ id, name, sizeBytes, contentType, createdAt }) => (
            <li key={id}>
              <details>
                <summary className="flex cursor-pointer flex-wrap items-baseline gap-x-4 gap-y-0.5 px-4 py-2.5 text-body hover:bg-hover">
                  <span className="min-w-0 flex-1 basis-56 truncate font-medium">{name}</span>
                  <span className="text-muted text-sm tabular-nums">{formatBytes(sizeBytes, locale)}</span>
                  <span className="text-muted text-sm max-sm:hidden">{typeName(contentType)}</span>
                  <span className="text-muted text-sm">
                    <RelativeTime date={createdAt} locale={locale} />
                  </span>
                </summary>
                <div className="flex flex-wrap items-end gap-3 border-t bg-background px-4 py-3">
                  <form action={`/api/files/${id}`} className="flex min-w-0 flex-1 basis-72 items-end gap-2">
                    <div className="grid min-w-0 flex-1 gap-1.5">
                      <Label htmlFor={`why-${id}`}>{t("why")}</Label>
                      <Input id={`why-${id}`} name="reason" minLength={10} maxLength={200} required />
                    </div>
                    <SubmitButton variant="secondary" aria-label={`${t("open")}: ${name}`}>
                      {t("open")}
                    </SubmitButton>
                  </form>
                  <form action={deleteFile}>
                    <input type="hidden" name="id" value={id} />
                    <SubmitButton variant="danger" aria-label={`${t("delete")}: ${name}`}>
                      {t("delete")}
                    </SubmitButton>
                  </form>
                </div>
              </details>
            </li>
          ))}
        </ul>
      )}
      {next && <p className="text-muted text-sm">{t("latestOf", { count: LATEST })}</p>}
    </Section>
  );
}
