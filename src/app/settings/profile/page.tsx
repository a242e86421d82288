import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { enter } from "@/access/door";
import { AvatarField } from "@/features/files/avatar-field";
import { updateProfile } from "@/features/profiles/actions";
import { ProfileForm } from "@/features/profiles/profile-form";
import { profileFormProps } from "@/features/profiles/profile-form-props";
import { getOwnProfile } from "@/features/profiles/queries";
import { PageHeader } from "@/ui/page-header";
import { Interactive } from "../../_frames/interactive";
import { MembersFrame } from "../../_frames/members-frame";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("profile"))("title") };
}

export default async function ProfilePage() {
  const entry = await enter("read", "User");
  const [t, profile] = await Promise.all([getTranslations("profile"), getOwnProfile(entry)]);
  return (
    <MembersFrame entry={entry}>
      <PageHeader title={t("title")} description={t("lead")} />
      <div className="grid max-w-form gap-8">
        <Interactive texts={["avatar", "common"]}>
          <AvatarField name={profile.name || profile.email} image={profile.image} />
        </Interactive>
        <ProfileForm action={updateProfile} {...(await profileFormProps(profile))} />
      </div>
    </MembersFrame>
  );
}
