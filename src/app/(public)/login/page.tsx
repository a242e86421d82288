import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { currentEntry, homeOr, isAnswerToForm, localPath } from "@/access/entry";
import { isMagicLinkOffered } from "@/access/identity/sign-in";
import { signUpTerms } from "@/access/sign-up";
import { signInWithEmail } from "@/features/accounts/actions";
import { CredentialsForm } from "@/features/accounts/credentials-form";
import { ForgotPasswordLink, Notice, signInError } from "@/features/accounts/notice";
import { ProviderButtons } from "@/features/accounts/provider-buttons";
import { PasskeySignIn } from "@/features/passkeys/passkey-sign-in";
import { buttonVariants } from "@/ui/button";
import { Divider } from "@/ui/divider";
import { SoftLink } from "@/ui/soft-link";
import { AuthFrame } from "../../_frames/auth-frame";

type Search = Promise<{ callbackUrl?: string | string[]; error?: string | string[]; notice?: string | string[] }>;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("auth"))("signInTitle") };
}

export default async function LoginPage({ searchParams }: { searchParams: Search }) {
  const { callbackUrl, error, notice: done } = await searchParams;
  const path = localPath(typeof callbackUrl === "string" ? callbackUrl : null);
  if (!(await isAnswerToForm()) && (await currentEntry()))
    redirect(error ? `/settings/security?${new URLSearchParams({ error: String(error) })}` : homeOr(path));
  const [auth, common] = await Promise.all([getTranslations("auth"), getTranslations("common")]);
  return (
    <AuthFrame
      title={auth("signInTitle")}
      description={auth("signInLead")}
      footer={
        !signUpTerms().invitedOnly && (
          <>
            {auth("noAccount")}{" "}
            <SoftLink className="link" href={`/register?${new URLSearchParams({ callbackUrl: path })}`}>
              {auth("createAccount")}
            </SoftLink>
          </>
        )
      }
    >
      <div className="group grid gap-5">
        <Notice name={done} />
        <CredentialsForm
          action={signInWithEmail}
          callbackUrl={path}
          autoComplete="current-password"
          notice={await signInError(error)}
          aside={<ForgotPasswordLink />}
          texts={{
            email: auth("email"),
            password: auth("password"),
            show: common("showPassword"),
            hide: common("hidePassword"),
            submit: auth("signIn"),
          }}
        />
        <Divider>{auth("or")}</Divider>
        <PasskeySignIn callbackUrl={path} />
        {isMagicLinkOffered() && (
          <SoftLink
            className={buttonVariants({ variant: "secondary", className: "w-full" })}
            href={`/magic-link?${new URLSearchParams({ callbackUrl: path })}`}
          >
            {auth("magicLink")}
          </SoftLink>
        )}
        <ProviderButtons callbackUrl={path} />
      </div>
    </AuthFrame>
  );
}
