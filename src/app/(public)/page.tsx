import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { signUpTerms } from "@/access/sign-up";
import { SignedIn, SignedOut } from "@/features/accounts/session-state";
import { buttonVariants } from "@/ui/button";
import { PublicLayout } from "@/ui/public-layout";
import { SoftLink } from "@/ui/soft-link";
import { PreferencesBar } from "../_frames/preferences-bar";

export const metadata: Metadata = { robots: { index: true } };

export default async function HomePage() {
  const [common, home] = await Promise.all([getTranslations("common"), getTranslations("home")]);
  return (
    <PublicLayout brand={{ href: "/", name: common("brand") }} skipLabel={common("skipToContent")} preferences={<PreferencesBar />}>
      <h1 className="font-semibold text-2xl tracking-[-0.02em]">{home("title")}</h1>
      <p className="mt-3 text-pretty text-base text-muted">{home("lead")}</p>
      <div className="mt-8 flex flex-col gap-3 sm:flex-row">
        <SignedIn>
          <SoftLink href="/members" className={buttonVariants({ size: "lg" })}>
            {home("membersArea")}
          </SoftLink>
        </SignedIn>
        <SignedOut>
          <SoftLink href="/login" className={buttonVariants({ size: "lg" })}>
            {home("signIn")}
          </SoftLink>
          {!signUpTerms().invitedOnly && (
            <SoftLink href="/register" className={buttonVariants({ variant: "secondary", size: "lg" })}>
              {home("createAccount")}
            </SoftLink>
          )}
        </SignedOut>
      </div>
    </PublicLayout>
  );
}
