import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { enter } from "@/access/door";
import { PolicyQuestion } from "@/features/policy/policy-question";
import { PolicyTable } from "@/features/policy/policy-table";
import { policyQuerySchema } from "@/features/policy/schema";
import { PageHeader } from "@/ui/page-header";
import { Section } from "@/ui/section";
import { MembersFrame } from "../../_frames/members-frame";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("policy"))("title") };
}

export default async function PolicyPage({ searchParams }: { searchParams: Promise<Record<string, string | string[]>> }) {
  const entry = await enter("read", "Dashboard");
  // A damaged link asks nothing rather than showing an error.
  const query = policyQuerySchema.safeParse(await searchParams).data ?? {};
  const t = await getTranslations("policy");
  return (
    <MembersFrame entry={entry}>
      <PageHeader title={t("title")} description={t("lead")} />
      <div className="grid gap-10">
        <Section title={t("question")} description={t("questionLead")}>
          <PolicyQuestion entry={entry} query={query} />
        </Section>
        <Section title={t("table")} description={t("tableLead")}>
          <PolicyTable />
        </Section>
      </div>
    </MembersFrame>
  );
}
