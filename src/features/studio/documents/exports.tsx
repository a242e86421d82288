import { getLocale, getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { buttonVariants } from "@/ui/button";
import { formatBytes } from "@/ui/format-bytes";
import { DownloadIcon } from "@/ui/icons";
import { RelativeTime } from "@/ui/relative-time";
import { Section } from "@/ui/section";
import { SoftLink } from "@/ui/soft-link";
import { JobCard } from "../jobs/job-card";
import { isLiving } from "../jobs/job-feed";
import { MakeButton } from "./make-button";
import { listExports } from "./queries";
import { FORMAT_NAMES } from "./schema";

/** The formats of a book or post: what there is to download, what is being made, and a button that makes it. */
export async function Exports({ entry, of, isOwn }: { entry: Entry; of: { bookId: string } | { blogPostId: string }; isOwn: boolean }) {
  // Its page asks an admin why, unless it is shared with them.
  const asksWhy = !isOwn && entry.ability.can("read", "Dashboard");
  const [exports, t, locale] = await Promise.all([listExports(entry, of), getTranslations("documents"), getLocale()]);
  return (
    <Section title={t("exports")} description={isOwn ? `${t("exportsLead")} ${t("pdfHint")}` : t("exportsLeadOfOthers")}>
      <ul className="divide-y rounded-lg border bg-surface">
        {exports.map(({ format, document, job }) => {
          const name = FORMAT_NAMES[format];
          const shownJob =
            job && (isLiving(job) || (job.status === "FAILED" && (!document || document.createdAt < job.createdAt))) ? job : null;
          return (
            <li key={format} className="grid gap-3 px-4 py-3">
              <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
                <div className="min-w-0 flex-1 basis-24">
                  <p className="font-medium text-body">{name}</p>
                  <p className="text-muted text-sm">
                    {document
                      ? t.rich("made", {
                          time: () => <RelativeTime date={document.createdAt} locale={locale} />,
                          size: formatBytes(document.sizeBytes, locale),
                        })
                      : t("notMade")}
                  </p>
                </div>
                {document && asksWhy && (
                  <SoftLink
                    href={`/files/${document.id}`}
                    aria-label={t("filePageOf", { format: name })}
                    className={buttonVariants({ variant: "secondary", size: "sm" })}
                  >
                    {t("filePage")}
                  </SoftLink>
                )}
                {document && !asksWhy && (
                  <a
                    href={`/api/files/${document.id}`}
                    aria-label={t("download", { format: name })}
                    className={buttonVariants({ variant: "secondary", size: "icon-sm" })}
                  >
                    <DownloadIcon />
                  </a>
                )}
                {isOwn && !(job && isLiving(job)) && (
                  <MakeButton
                    of={of}
                    format={format}
                    label={t(document ? "makeAgain" : "make", { format: name })}
                    done={t("started", { format: name })}
                  />
                )}
              </div>
              {shownJob && isOwn && <JobCard job={shownJob} what={name} results="unknown" />}
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
