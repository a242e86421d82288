import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { getFormatter } from "@/i18n/formatter";
import type { Cursor } from "@/lib/keyset";
import { buttonVariants } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { Pager } from "@/ui/pager";
import { RefreshEvery } from "@/ui/refresh-every";
import { SoftLink } from "@/ui/soft-link";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/ui/table";
import { isOpen, JobProgress, JobStatus } from "./job-progress";
import { jobWords } from "./job-words";
import { listPeopleJobs } from "./queries";

const REFRESH_MS = 2_000;

/** The jobs that are kept, the latest first; as long as one is under way it is seen to go on. */
export async function JobsList({ entry, cursor }: { entry: Entry; cursor: Cursor | undefined }) {
  const [{ jobs, next }, t, words, format] = await Promise.all([
    listPeopleJobs(entry, cursor),
    getTranslations("peopleJobs"),
    jobWords(),
    getFormatter(),
  ]);
  if (jobs.length === 0)
    return (
      <EmptyState
        title={t("empty")}
        description={t("emptyBody")}
        action={
          <SoftLink href="/admin/users" className={buttonVariants({ variant: "secondary" })}>
            {t("toUsers")}
          </SoftLink>
        }
      />
    );
  return (
    <>
      {jobs.some(isOpen) && <RefreshEvery ms={REFRESH_MS} />}
      <Table>
        <TableCaption>{t("caption")}</TableCaption>
        <TableHeader>
          <tr>
            <TableHead>{t("what")}</TableHead>
            <TableHead>{t("state")}</TableHead>
            <TableHead className="max-md:hidden">{t("reached")}</TableHead>
            <TableHead className="max-md:hidden">{t("who")}</TableHead>
            <TableHead className="max-md:hidden">{t("when")}</TableHead>
          </tr>
        </TableHeader>
        <TableBody>
          {jobs.map((job) => (
            <TableRow key={job.id}>
              <TableCell className="w-full min-w-40 max-w-0">
                <SoftLink href={`/admin/jobs/${job.id}`} className="block truncate font-medium hover:underline">
                  {words.what(job)}
                </SoftLink>
                {words.whom(job) && <span className="block truncate text-muted text-sm">{words.whom(job)}</span>}
                <span className="block text-muted text-sm md:hidden">
                  <JobProgress job={job} label={words.what(job)} />
                </span>
              </TableCell>
              <TableCell>
                <JobStatus job={job} />
              </TableCell>
              <TableCell className="whitespace-nowrap max-md:hidden">
                <JobProgress job={job} label={words.what(job)} />
              </TableCell>
              <TableCell className="whitespace-nowrap text-muted max-md:hidden">{words.who(job)}</TableCell>
              <TableCell className="whitespace-nowrap text-muted max-md:hidden">
                {format.dateTime(job.createdAt, { dateStyle: "medium", timeStyle: "short" })}
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
      <Pager
        label={t("caption")}
        first={cursor && { href: "/admin/jobs", label: t("first") }}
        next={next ? { href: `/admin/jobs?${new URLSearchParams({ cursor: next })}`, label: t("next") } : undefined}
      />
    </>
  );
}
