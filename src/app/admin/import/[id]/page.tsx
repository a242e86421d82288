import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getFormatter, getTranslations } from "next-intl/server";
import { enter } from "@/access/door";
import { getWaysIn } from "@/features/accounts/queries";
import { IMPORT_NAMES, importIdSchema } from "@/features/people-jobs/import/schema";
import { ImportDetail } from "@/features/people-jobs/import-detail";
import { getImport } from "@/features/people-jobs/import-queries";
import { buttonVariants } from "@/ui/button";
import { PageHeader } from "@/ui/page-header";
import { SoftLink } from "@/ui/soft-link";
import { ConfirmItIsYou } from "../../../_frames/confirm-it-is-you";
import { Interactive } from "../../../_frames/interactive";
import { MembersFrame } from "../../../_frames/members-frame";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("imports"))("detailTitle") };
}

export default async function ImportDetailPage({ params }: { params: Promise<{ id: string }> }) {
  const entry = await enter("read", "PeopleJob");
  const asked = importIdSchema.safeParse(await params).data;
  const job = asked ? await getImport(entry, asked.id) : null;
  if (!job) notFound();
  const [t, format, ways] = await Promise.all([getTranslations("imports"), getFormatter(), getWaysIn(entry)]);
  const proven = ways.recentlyProven && entry.missingFactor !== "show";
  const title = t(job.dryRun ? "dryRun" : "import", { from: IMPORT_NAMES[job.from] });
  const date = format.dateTime(job.createdAt, { dateStyle: "long", timeStyle: "short" });
  const back = (
    <SoftLink href="/admin/import" className={buttonVariants({ variant: "secondary" })}>
      {t("all")}
    </SoftLink>
  );
  return (
    <MembersFrame entry={entry}>
      <PageHeader title={title} description={t("detailLead", { date })} action={back} />
      <Interactive entry={entry} texts={["secondFactors", "common"]}>
        {!proven && job.status === "DONE" && job.dryRun && job.hasFile && (
          <div className="mb-10 max-w-form">
            <ConfirmItIsYou entry={entry} hasPassword={ways.hasPassword} />
          </div>
        )}
        <ImportDetail entry={entry} job={job} recentlyProven={proven} />
      </Interactive>
    </MembersFrame>
  );
}
