import "server-only";
import { getTranslations } from "next-intl/server";
import { MAX_INTERESTS } from "@/lib/profile-fields";
import type { getOwnProfile } from "./queries";

/** The texts and values of the form, made on the server so that the browser carries no translations for it. */
export async function profileFormProps({ name, city, interests, bio }: Awaited<ReturnType<typeof getOwnProfile>>) {
  const t = await getTranslations("profile");
  return {
    initial: { name, city: city ?? "", interests: interests.join(", "), bio: bio ?? "" },
    maxInterests: MAX_INTERESTS,
    texts: {
      name: t("name"),
      city: t("city"),
      interests: t("interests"),
      interestsHint: t("interestsHint", { max: MAX_INTERESTS }),
      removeInterest: `${t("removeInterest")} {tag}`,
      bio: t("bio"),
      save: t("save"),
      saved: t("saved"),
    },
  };
}
