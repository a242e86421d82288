import { getLocale, getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { formatBytes } from "@/ui/format-bytes";
import { Section } from "@/ui/section";
import { getUsage, listFiles } from "./queries";
import { ReviewedFiles } from "./reviewed-files";

const LATEST = 20;

/** For an admin: the room somebody takes and their latest files. */
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
      {files.length > 0 && <ReviewedFiles files={files} />}
      {next && <p className="text-muted text-sm">{t("latestOf", { count: LATEST })}</p>}
    </Section>
  );
}
