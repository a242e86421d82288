import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { enter } from "@/access/door";
import { hasPassword } from "@/features/accounts/queries";
import { FileTable } from "@/features/files/file-table";
import { getUsage, listFiles } from "@/features/files/queries";
import { getOwnProfile } from "@/features/profiles/queries";
import { listUnderWay } from "@/features/studio/home/queries";
import { UnderWay } from "@/features/studio/home/under-way";
import { getFormatter } from "@/i18n/formatter";
import { buttonVariants } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { PageHeader } from "@/ui/page-header";
import { Section } from "@/ui/section";
import { SoftLink } from "@/ui/soft-link";
import { MembersFrame } from "../_frames/members-frame";
import { Attention } from "./attention";

const LATEST = 5;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("nav"))("home") };
}

export default async function MembersPage() {
  const entry = await enter("read", "User");
  const [profile, usage, { files }, withPassword, jobs] = await Promise.all([
    getOwnProfile(entry),
    getUsage(entry),
    listFiles(entry, { limit: LATEST }),
    hasPassword(entry),
    listUnderWay(entry),
  ]);
  const [t, format] = await Promise.all([getTranslations("members"), getFormatter()]);
  const firstName = profile.name.split(" ")[0] || profile.email;
  return (
    <MembersFrame entry={entry}>
      <PageHeader
        title={t("title", { name: firstName })}
        description={t("since", { date: format.dateTime(profile.createdAt, { dateStyle: "long" }) })}
      />
      <div className="grid gap-10">
        <Attention entry={entry} usage={usage} hasPassword={withPassword} />
        {jobs.length > 0 && <UnderWay jobs={jobs} />}
        <Section
          title={t("latest")}
          action={
            files.length > 0 && (
              <SoftLink href="/files" className="link text-body">
                {t("latestAll")}
              </SoftLink>
            )
          }
        >
          {files.length > 0 ? (
            <FileTable files={files} />
          ) : (
            <EmptyState
              title={t("emptyTitle")}
              description={t("emptyBody")}
              action={
                <SoftLink href="/files" className={buttonVariants()}>
                  {t("emptyAction")}
                </SoftLink>
              }
            />
          )}
        </Section>
      </div>
    </MembersFrame>
  );
}
