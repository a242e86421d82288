import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { currentEntry, currentVisitor, homeOr, localPath } from "@/access/entry";
import { isSignedInAs, openLink } from "@/access/identity/account-links";
import { pendingAddress } from "@/access/identity/pending-address";
import { SignOutLink } from "@/features/accounts/sign-out-link";
import { ChangeAddress } from "@/features/addresses/change-address";
import { ConfirmLink } from "@/features/addresses/confirm-link";
import { ResendMail } from "@/features/addresses/resend-mail";
import { MailboxHint } from "@/features/mail/mailbox-view";
import { SoftLink } from "@/ui/soft-link";
import { AuthFrame } from "../../_frames/auth-frame";

type Search = Promise<{ token?: string | string[]; callbackUrl?: string | string[] }>;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("addresses"))("confirmTitle") };
}

export default async function VerifyEmailPage({ searchParams }: { searchParams: Search }) {
  const [{ token, callbackUrl }, entry, visitor] = await Promise.all([searchParams, currentEntry(), currentVisitor()]);
  const [t, link, pending] = await Promise.all([getTranslations("addresses"), openLink("VERIFY_EMAIL", token), pendingAddress(visitor)]);
  if (link)
    return (
      <AuthFrame title={t("confirmTitle")} description={t("confirmLead", { address: link.address })}>
        <ConfirmLink kind="verify" token={String(token)} link={link} isOwner={await isSignedInAs(link.userId)} />
      </AuthFrame>
    );
  const path = localPath(typeof callbackUrl === "string" ? callbackUrl : pending?.path);
  if (entry?.actor.emailVerified) redirect(homeOr(path));
  const address = entry?.actor.email ?? pending?.address;
  if (!address && !token) redirect("/login");
  const [title, lead] = token ? (["deadTitle", "deadLead"] as const) : (["waitTitle", "waitLead"] as const);
  return (
    <AuthFrame
      title={t(title)}
      description={t(lead, { address: address ?? "" })}
      footer={entry ? <SignOutLink email={entry.actor.email} /> : <OtherWays />}
    >
      <div className="grid gap-7">
        <MailboxHint visitor={visitor} />
        {address && <ResendMail pending={pending?.address === address ? pending : null} />}
        {entry && <ChangeAddress entry={entry} hasPassword folded />}
      </div>
    </AuthFrame>
  );
}

async function OtherWays() {
  const [t, auth] = await Promise.all([getTranslations("addresses"), getTranslations("auth")]);
  return (
    <span className="flex flex-wrap gap-x-5 gap-y-2">
      <SoftLink className="link" href="/login">
        {auth("signIn")}
      </SoftLink>
      <SoftLink className="link" href="/register">
        {t("otherAddress")}
      </SoftLink>
    </span>
  );
}
