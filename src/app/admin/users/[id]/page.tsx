import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { enter } from "@/access/door";
import { AuditList } from "@/features/audit/audit-list";
import { DevicesOf } from "@/features/devices/devices-of";
import { FilesOf } from "@/features/files/files-of";
import { ImpersonateDialog } from "@/features/impersonation/impersonate-dialog";
import { ImpersonationRight } from "@/features/impersonation/impersonation-right";
import { getImpersonationRight } from "@/features/impersonation/queries";
import { MetadataSection } from "@/features/metadata/metadata-section";
import { PersonFacts } from "@/features/people/person-facts";
import { PersonMenu } from "@/features/people/person-menu";
import { getPerson } from "@/features/people/queries";
import { RoleDialog } from "@/features/people/role-dialog";
import { personIdSchema } from "@/features/people/schema";
import { getFormatter } from "@/i18n/formatter";
import { PageHeader } from "@/ui/page-header";
import { RelativeTime } from "@/ui/relative-time";
import { Section } from "@/ui/section";
import { proofFor } from "../../../_frames/confirm-it-is-you";
import { Interactive } from "../../../_frames/interactive";
import { MembersFrame } from "../../../_frames/members-frame";
import { Permitted } from "../../../_frames/permitted";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("people"))("personTitle") };
}

export default async function PersonPage({ params }: { params: Promise<{ id: string }> }) {
  const entry = await enter("read", "Dashboard");
  const { data: id } = personIdSchema.safeParse((await params).id);
  const person = id ? await getPerson(entry, id) : null;
  if (!id || !person) notFound();
  const [t, locale, format, mayWrite] = await Promise.all([
    getTranslations("people"),
    getLocale(),
    getFormatter(),
    getImpersonationRight(entry),
  ]);
  const { lastSeenAt: seen } = person;
  const name = person.name || person.email;
  const since = format.dateTime(person.createdAt, { dateStyle: "long" });
  return (
    <MembersFrame entry={entry}>
      <PageHeader
        title={name}
        description={
          seen
            ? t.rich("personLead", { date: since, time: () => <RelativeTime date={seen} locale={locale} /> })
            : t("personLeadNever", { date: since })
        }
        action={
          id !== entry.actor.userId && (
            <Permitted entry={entry} texts={["people", "impersonation", "secondFactors", "common"]} proof={await proofFor(entry)}>
              <div className="flex gap-2">
                {person.role === "MEMBER" && <ImpersonateDialog userId={id} name={name} mayWrite={mayWrite === true} />}
                <RoleDialog userId={id} name={name} role={person.role} />
                <PersonMenu userId={id} name={name} banned={person.banned} />
              </div>
            </Permitted>
          )
        }
      />
      <div className="grid gap-10">
        <PersonFacts person={person} />
        <ImpersonationRight entry={entry} userId={id} />
        <Interactive texts={["common"]}>
          <DevicesOf entry={entry} userId={id} />
        </Interactive>
        <FilesOf entry={entry} userId={id} />
        <Interactive texts={["metadata"]}>
          <MetadataSection entry={entry} userId={id} />
        </Interactive>
        <Section title={t("history")} description={t("historyLead", { name })}>
          <AuditList entry={entry} query={{ who: id }} path="/admin/audit" />
        </Section>
      </div>
    </MembersFrame>
  );
}
