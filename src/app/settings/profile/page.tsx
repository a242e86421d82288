import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { enter } from "@/access/door";
import { AvatarField } from "@/features/files/avatar-field";
import { MAX_AVATAR_BYTES } from "@/features/files/limits";
import { pictureTexts } from "@/features/files/picture-texts";
import { updateProfile } from "@/features/profiles/actions";
import { ProfileForm } from "@/features/profiles/profile-form";
import { profileFormProps } from "@/features/profiles/profile-form-props";
import { getOwnProfile } from "@/features/profiles/queries";
import { Avatar } from "@/ui/avatar";
import { PageHeader } from "@/ui/page-header";
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
        <AvatarField
          shown={<Avatar name={profile.name || profile.email} src={profile.image} size="xl" />}
          empty={!profile.image}
          texts={await pictureTexts("avatar", MAX_AVATAR_BYTES)}
        />
        <ProfileForm action={updateProfile} {...(await profileFormProps(profile))} />
      </div>
    </MembersFrame>
  );
}
