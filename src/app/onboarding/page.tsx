import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { enter } from "@/access/door";
import { homeOr, localPath } from "@/access/entry";
import { SignOutLink } from "@/features/accounts/sign-out-link";
import { completeProfile } from "@/features/profiles/actions";
import { ProfileForm } from "@/features/profiles/profile-form";
import { profileFormProps } from "@/features/profiles/profile-form-props";
import { getOwnProfile } from "@/features/profiles/queries";
import { AuthFrame } from "../_frames/auth-frame";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("onboarding"))("title") };
}

export default async function OnboardingPage({ searchParams }: { searchParams: Promise<{ callbackUrl?: string | string[] }> }) {
  // Read: an admin who acts as somebody unfinished sees what they see, and sends nothing.
  const entry = await enter("read", "User", "any");
  const { callbackUrl } = await searchParams;
  const path = localPath(typeof callbackUrl === "string" ? callbackUrl : null);
  if (entry.actor.mustChangePassword) redirect("/settings/security");
  if (entry.actor.profileComplete) redirect(homeOr(path));
  const t = await getTranslations("onboarding");
  return (
    <AuthFrame title={t("title")} description={t("lead")} footer={<SignOutLink email={entry.actor.email} />}>
      <ProfileForm action={completeProfile} callbackUrl={path} {...(await profileFormProps(await getOwnProfile(entry)))} />
    </AuthFrame>
  );
}
