import { getTranslations } from "next-intl/server";
import { Alert } from "@/ui/alert";
import { SoftLink } from "@/ui/soft-link";

/** What a link from a mail has done, by the name its action gives it. */
const NOTICES = {
  password_reset: "noticeReset",
  address_changed: "noticeChanged",
  address_changed_here: "noticeChangedHere",
  address_restored: "noticeRestored",
  session_disowned: "noticeDisowned",
} as const;

/** Says what happened just before this page. Nothing for a name that is not ours. */
export async function Notice({ name }: { name: string | string[] | undefined }) {
  const t = await getTranslations("recovery");
  return isNotice(name) ? <Alert tone="success">{t(NOTICES[name])}</Alert> : null;
}

/** Beside the password of the sign-in form. */
export async function ForgotPasswordLink() {
  const t = await getTranslations("recovery");
  return (
    <SoftLink className="link" href="/forgot-password">
      {t("forgotLink")}
    </SoftLink>
  );
}

/** By its own names only: "constructor" and its like are in every object. */
function isNotice(name: string | string[] | undefined): name is keyof typeof NOTICES {
  return typeof name === "string" && Object.hasOwn(NOTICES, name);
}
