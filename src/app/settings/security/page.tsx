import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { enter } from "@/access/door";
import { Notice } from "@/features/accounts/notice";
import { PasswordSection } from "@/features/accounts/password-section";
import { getWaysIn } from "@/features/accounts/queries";
import { AddressSection } from "@/features/addresses/change-address";
import { Alert } from "@/ui/alert";
import { PageHeader } from "@/ui/page-header";
import { MembersFrame } from "../../_frames/members-frame";
import { WaysIn } from "../../_frames/ways-in";

const NOTICES = {
  reauthenticate: "errorReauthenticate",
  unverified_email: "errorUnverified",
  OAuthAccountNotLinked: "errorConnectedElsewhere",
  OAuthCallbackError: "errorCancelled",
  unavailable: "errorUnavailable",
  sign_in_overtaken: "errorOvertaken",
  banned: "errorBanned",
  email_unverified: "errorEmailUnverified",
  profile_incomplete: "errorProfileIncomplete",
  signed_in_meanwhile: "errorSignedInMeanwhile",
} as const;

type Search = Promise<{ error?: string | string[]; notice?: string | string[] }>;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings"))("title") };
}

export default async function SecurityPage({ searchParams }: { searchParams: Search }) {
  const entry = await enter("read", "Credentials", "any");
  const [{ error, notice }, waysIn, t, auth] = await Promise.all([
    searchParams,
    getWaysIn(entry),
    getTranslations("settings"),
    getTranslations("auth"),
  ]);
  const { mustChangePassword } = entry.actor;
  return (
    <MembersFrame entry={entry}>
      <PageHeader title={t("title")} description={t("lead")} />
      <div className="grid max-w-form gap-10">
        {mustChangePassword && <Alert tone="warning">{t("mustChange")}</Alert>}
        <Notice name={notice} />
        {error && <Alert tone="danger">{auth(isNotice(error) ? NOTICES[error] : "errorProvider")}</Alert>}
        <PasswordSection email={entry.actor.email} hasPassword={waysIn.hasPassword} />
        {!mustChangePassword && <AddressSection entry={entry} hasPassword={waysIn.hasPassword} />}
        {!mustChangePassword && <WaysIn entry={entry} {...waysIn} />}
      </div>
    </MembersFrame>
  );
}

/** By its own names only: "constructor" and its like are in every object. */
function isNotice(error: string | string[]): error is keyof typeof NOTICES {
  return typeof error === "string" && Object.hasOwn(NOTICES, error);
}
