import { getLocale, getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { getFormatter } from "@/i18n/formatter";
import { CopyButton } from "@/ui/copy-button";
import { RelativeTime } from "@/ui/relative-time";
import { listArchives } from "./queries";

/** Where the log begins, and which signed files have what was before; nothing where all of it is still here. */
export async function ArchiveList({ entry }: { entry: Entry }) {
  const [{ archives, count }, t, format, locale] = await Promise.all([
    listArchives(entry),
    getTranslations("audit"),
    getFormatter(),
    getLocale(),
  ]);
  const [newest] = archives;
  if (!newest) return null;
  const day = (date: Date) => format.dateTime(date, { dateStyle: "medium", timeZone: "UTC" });
  return (
    <details className="mt-3 rounded-lg border bg-surface text-body">
      <summary className="cursor-pointer px-4 py-2.5 hover:bg-hover">
        {t.rich("begins", { first: newest.lastSeq + 1, count, command: () => <code className="font-mono">npm run audit:archive</code> })}
      </summary>
      <ul aria-label={t("archives")} className="divide-y border-t">
        {archives.map(({ firstSeq, lastSeq, firstAt, lastAt, fileName, sha256, keyId, createdAt }) => (
          <li key={firstSeq} className="px-4 py-2.5">
            <p>{t("archiveRows", { first: firstSeq, last: lastSeq, from: day(firstAt), to: day(lastAt) })}</p>
            <p className="flex items-center gap-1 text-muted text-sm">
              <code className="min-w-0 text-xs [overflow-wrap:anywhere]">
                {fileName} · SHA-256 {sha256}
              </code>
              <CopyButton text={sha256} label={t("copySum", { name: fileName })} copied={t("copied")} failed={t("copyFailed")} />
            </p>
            <p className="text-muted text-sm">
              {t.rich("archiveMade", { key: keyId, time: () => <RelativeTime date={createdAt} locale={locale} /> })}
            </p>
          </li>
        ))}
      </ul>
    </details>
  );
}
