import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { enter } from "@/access/door";
import { getWaysIn } from "@/features/accounts/queries";
import { ImportForm } from "@/features/people-jobs/import-form";
import { buttonVariants } from "@/ui/button";
import { PageHeader } from "@/ui/page-header";
import { SoftLink } from "@/ui/soft-link";
import { ConfirmItIsYou } from "../../_frames/confirm-it-is-you";
import { Interactive } from "../../_frames/interactive";
import { MembersFrame } from "../../_frames/members-frame";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("imports"))("title") };
}

export default async function ImportPage() {
  const entry = await enter("create", "PeopleJob");
  const [t, { hasPassword, recentlyProven }] = await Promise.all([getTranslations("imports"), getWaysIn(entry)]);
  const jobs = (
    <SoftLink href="/admin/jobs" className={buttonVariants({ variant: "secondary" })}>
      {t("all")}
    </SoftLink>
  );
  return (
    <MembersFrame entry={entry}>
      <PageHeader title={t("title")} description={t("lead")} action={jobs} />
      <div className="grid gap-10">
        <Interactive texts={["imports", "secondFactors", "common"]}>
          {recentlyProven && entry.missingFactor !== "show" ? (
            <ImportForm />
          ) : (
            <div className="max-w-form">
              <ConfirmItIsYou entry={entry} hasPassword={hasPassword} />
            </div>
          )}
        </Interactive>
        <p className="max-w-read text-muted text-sm">
          {t.rich("guide", { code: (chunks) => <code className="font-mono">{chunks}</code> })}
        </p>
      </div>
    </MembersFrame>
  );
}
