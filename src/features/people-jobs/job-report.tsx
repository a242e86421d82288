import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { buttonVariants } from "@/ui/button";
import { Pager } from "@/ui/pager";
import { Section } from "@/ui/section";
import { SoftLink } from "@/ui/soft-link";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/ui/table";
import { jobWords } from "./job-words";
import { type ListedJob, listRefusals } from "./queries";
import { WHOLE_JOB } from "./schema";

/** Whom a job left alone, and why, a page at a time. */
export async function JobReport({ entry, job, after = WHOLE_JOB }: { entry: Entry; job: ListedJob; after?: number | undefined }) {
  const [{ refusals, next }, t, words] = await Promise.all([listRefusals(entry, job.id, after), getTranslations("peopleJobs"), jobWords()]);
  const page = `/admin/jobs/${job.id}`;
  const hasField = refusals.some(({ field }) => field !== null);
  if (refusals.length === 0)
    return job.status === "DONE" && job.kind !== "EXPORT" && !job.isCheck ? (
      <p className="text-body text-muted">{t("reportNone")}</p>
    ) : null;
  return (
    <Section
      title={t(job.isCheck ? "reportCheck" : "report")}
      description={t(job.isCheck ? "reportCheckLead" : "reportLead")}
      action={
        <a href={`/api/people-jobs/${job.id}/report`} download className={buttonVariants({ variant: "secondary", size: "sm" })}>
          {t("reportCsv")}
        </a>
      }
    >
      <Table label={t("report")}>
        <TableCaption>{t("report")}</TableCaption>
        <TableHeader>
          <tr>
            <TableHead numeric className="w-16">
              {t("row")}
            </TableHead>
            <TableHead>{t("person")}</TableHead>
            <TableHead>{t("why")}</TableHead>
          </tr>
        </TableHeader>
        <TableBody>
          {refusals.map(({ row, subject, name, reason, field }) => (
            <TableRow key={row}>
              <TableCell numeric className="text-muted tabular-nums">
                {row}
              </TableCell>
              <TableCell className="[overflow-wrap:anywhere]">
                {name ? (
                  <SoftLink href={`/admin/users/${subject}`} className="font-medium hover:underline">
                    {name}
                  </SoftLink>
                ) : (
                  subject
                )}
              </TableCell>
              <TableCell>
                {words.why(reason)}
                {hasField && field && <span className="text-muted"> ({field})</span>}
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
      <Pager
        label={t("report")}
        first={after > WHOLE_JOB ? { href: page, label: t("reportFirst") } : undefined}
        next={next ? { href: `${page}?after=${next}`, label: t("reportNext") } : undefined}
      />
    </Section>
  );
}
