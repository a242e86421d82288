import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { enter } from "@/access/door";
import { DeletionOf } from "@/features/account-deletion/deletion-of";
import { getWaysIn } from "@/features/accounts/queries";
import { getPerson } from "@/features/people/queries";
import { personIdSchema } from "@/features/people/schema";
import { Alert } from "@/ui/alert";
import { PageHeader } from "@/ui/page-header";
import { SoftLink } from "@/ui/soft-link";
import { ConfirmItIsYou } from "../../../../_frames/confirm-it-is-you";
import { Interactive } from "../../../../_frames/interactive";
import { MembersFrame } from "../../../../_frames/members-frame";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("people"))("deleteAccount") };
}

export default async function DeletePersonPage({ params }: { params: Promise<{ id: string }> }) {
  const entry = await enter("read", "Dashboard");
  const { data: id } = personIdSchema.safeParse((await params).id);
  const person = id ? await getPerson(entry, id) : null;
  if (!person) notFound();
  const [t, { hasPassword, recentlyProven }] = await Promise.all([getTranslations("deletion"), getWaysIn(entry)]);
  const proven = recentlyProven && entry.missingFactor !== "show";
  const name = person.name || person.email;
  return (
    <MembersFrame entry={entry}>
      <PageHeader title={t("personTitle", { name })} description={t("personLead", { name })} />
      <div className="grid max-w-form gap-10">
        {person.id === entry.actor.userId ? (
          <Alert tone="warning">{t("personOwn")}</Alert>
        ) : (
          <Interactive texts={["secondFactors", "common"]}>
            {!proven && <ConfirmItIsYou entry={entry} hasPassword={hasPassword} />}
            <DeletionOf person={person} recentlyProven={proven} />
          </Interactive>
        )}
        <p className="text-body">
          <SoftLink className="link" href={`/admin/users/${person.id}`}>
            {t("personBack", { name })}
          </SoftLink>
        </p>
      </div>
    </MembersFrame>
  );
}
