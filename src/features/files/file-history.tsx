import { getLocale, getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { getFormatter } from "@/i18n/formatter";
import { buttonVariants } from "@/ui/button";
import { formatBytes } from "@/ui/format-bytes";
import { DownloadIcon } from "@/ui/icons";
import { PageHeader } from "@/ui/page-header";
import { Section } from "@/ui/section";
import { SoftLink } from "@/ui/soft-link";
import { typeName } from "./format";
import { OpenForm } from "./open-form";
import type { FileWithHistory } from "./queries";
import { FILES_PAGE_SIZE } from "./schema";

/** What was done with it, as far as there are words for it. */
const KNOWN = [
  "file.upload_url_issued",
  "file.uploaded",
  "file.download_url_issued",
  "file.renamed",
  "file.shared",
  "file.unshared",
] as const;
type Known = (typeof KNOWN)[number];

/** One file: what it is, and every time somebody asked for its bytes or changed it. */
export async function FileHistory({ entry, file }: { entry: Entry; file: FileWithHistory }) {
  const [t, format, locale] = await Promise.all([getTranslations("files"), getFormatter(), getLocale()]);
  const { userId } = entry.actor;
  const who = ({ actorId, realActorId }: (typeof file.events)[number]) =>
    realActorId
      ? t("byAdminAsYou")
      : actorId === userId
        ? t("byYou")
        : actorId === file.ownerId
          ? t("byOwner")
          : actorId
            ? t("byOther")
            : t("bySite");
  const reason = (after: unknown) =>
    typeof after === "object" && after !== null && "reason" in after && typeof after.reason === "string" ? after.reason : null;
  const facts = [formatBytes(file.sizeBytes, locale), typeName(file.contentType), file.width && `${file.width} × ${file.height}`];
  return (
    <>
      <SoftLink href={file.needsReason ? "/admin/files" : "/files"} className="mb-2 inline-block text-muted text-sm hover:text-foreground">
        {t(file.needsReason ? "allTitle" : "back")}
      </SoftLink>
      <PageHeader
        title={file.name}
        description={facts.filter(Boolean).join(" · ")}
        action={
          !file.needsReason && (
            <a href={`/api/files/${file.id}`} download className={buttonVariants()}>
              <DownloadIcon />
              {t("download")}
            </a>
          )
        }
      />
      {file.needsReason && (
        <div className="mb-10 flex max-w-read">
          <OpenForm id={file.id} name={file.name} />
        </div>
      )}
      <Section title={t("history")} description={t("historyLead")}>
        <ol className="divide-y rounded-lg border bg-surface">
          {file.events.map((event) => {
            const known = KNOWN.find((action): action is Known => action === event.action);
            const why = reason(event.after);
            return (
              <li key={event.id} className="flex flex-wrap items-baseline gap-x-4 gap-y-0.5 px-4 py-2.5 text-body">
                <span className="min-w-0 flex-1 basis-64 [overflow-wrap:anywhere]">
                  <strong className="font-medium">{who(event)}</strong>{" "}
                  {known ? t(`did.${known.slice("file.".length) as "uploaded"}`) : event.action}
                  {why && <span className="text-muted"> · {t("reason", { reason: why })}</span>}
                </span>
                <time dateTime={event.at.toISOString()} className="text-muted text-sm tabular-nums">
                  {format.dateTime(event.at, { dateStyle: "medium", timeStyle: "short" })}
                </time>
              </li>
            );
          })}
        </ol>
        {file.events.length === FILES_PAGE_SIZE && <p className="text-muted text-sm">{t("latestOf", { count: FILES_PAGE_SIZE })}</p>}
      </Section>
    </>
  );
}
