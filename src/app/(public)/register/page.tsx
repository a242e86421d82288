import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { currentEntry, homeOr, isAnswerToForm, localPath } from "@/access/entry";
import { openOrganizationInvitation } from "@/access/identity/organization-invitations";
import { signUpTerms } from "@/access/sign-up";
import { register } from "@/features/accounts/actions";
import { ProviderButtons } from "@/features/accounts/provider-buttons";
import { passwordMinLength } from "@/features/accounts/queries";
import { RegisterForm } from "@/features/accounts/register-form";
import { countSignUpVisit } from "@/features/figures/visits";
import { buttonVariants } from "@/ui/button";
import { Divider } from "@/ui/divider";
import { SoftLink } from "@/ui/soft-link";
import { strengthTexts } from "@/ui/strength-texts";
import { AuthFrame } from "../../_frames/auth-frame";

type Search = Promise<{ callbackUrl?: string | string[]; token?: string | string[] }>;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("auth"))("registerTitle") };
}

export default async function RegisterPage({ searchParams }: { searchParams: Search }) {
  const { callbackUrl, token } = await searchParams;
  const path = localPath(typeof callbackUrl === "string" ? callbackUrl : null);
  if (!(await isAnswerToForm()) && (await currentEntry())) redirect(homeOr(path));
  const [auth, common] = await Promise.all([getTranslations("auth"), getTranslations("common")]);
  const { invitedOnly, domains } = signUpTerms();
  const signIn = `/login?${new URLSearchParams({ callbackUrl: path })}`;
  if (invitedOnly)
    return (
      <AuthFrame title={auth("invitedOnlyTitle")} description={auth("invitedOnlyLead")}>
        <SoftLink className={buttonVariants({ className: "w-full" })} href={signIn}>
          {auth("signIn")}
        </SoftLink>
      </AuthFrame>
    );
  // Whoever holds its link may know where it was sent; another address is theirs to choose, and joins nothing by it.
  const [invitation] = await Promise.all([openOrganizationInvitation(token), countSignUpVisit()]);
  const hint = auth("passwordHint", { min: passwordMinLength() });
  const lead = domains.length > 0 ? auth("domainsLead", { domains: domains.join(", ") }) : auth("registerLead");
  return (
    <AuthFrame
      title={auth("registerTitle")}
      description={lead}
      footer={
        <>
          {auth("haveAccount")}{" "}
          <SoftLink className="link" href={signIn}>
            {auth("signIn")}
          </SoftLink>
        </>
      }
    >
      <div className="grid gap-5">
        <RegisterForm
          action={register}
          email={invitation?.email}
          callbackUrl={path}
          strength={await strengthTexts()}
          texts={{
            email: auth("email"),
            password: auth("password"),
            hint,
            show: common("showPassword"),
            hide: common("hidePassword"),
            submit: auth("createAccount"),
          }}
        />
        <ProviderButtons callbackUrl={path} before={<Divider>{auth("or")}</Divider>} />
      </div>
    </AuthFrame>
  );
}
