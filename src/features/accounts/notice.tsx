import { getTranslations } from "next-intl/server";
import { Alert } from "@/ui/alert";
import { SoftLink } from "@/ui/soft-link";

/** What happened just before, by the name that whoever sent the person here gives it. */
const NOTICES = {
  password_reset: "noticeReset",
  address_changed: "noticeChanged",
  address_changed_here: "noticeChangedHere",
  address_restored: "noticeRestored",
  session_disowned: "noticeDisowned",
  account_kept: "noticeKept",
  signed_out: "noticeSignedOut",
} as const;

/** Auth.js's own error names, and ours, with what to say about each. */
const ERRORS = {
  unverified_email: "errorUnverified",
  OAuthAccountNotLinked: "errorNotLinked",
  OAuthCallbackError: "errorCancelled",
  AccessDenied: "errorCancelled",
  banned: "errorBanned",
  two_step_over: "errorTwoStep",
  invited_only: "errorInvitedOnly",
  domain: "errorDomain",
  unavailable: "errorUnavailable",
  sign_in_overtaken: "errorOvertaken",
  reauthenticate: "errorReauthenticate",
  email_unverified: "errorEmailUnverified",
  profile_incomplete: "errorProfileIncomplete",
} as const;

/** Why a sign-in that went elsewhere came back, in words; undefined where none did. */
export async function signInError(name: string | string[] | undefined): Promise<string | undefined> {
  const t = await getTranslations("auth");
  return name && t(isNameIn(ERRORS, name) ? ERRORS[name] : "errorProvider");
}

/** Says what happened just before this page, in a `group` until something goes wrong there. Nothing for a name that is not ours. */
export async function Notice({ name }: { name: string | string[] | undefined }) {
  const t = await getTranslations("recovery");
  return isNameIn(NOTICES, name) ? (
    <Alert className="group-has-[[role=alert]]:hidden" tone={name === "signed_out" ? "info" : "success"}>
      {t(NOTICES[name])}
    </Alert>
  ) : null;
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
function isNameIn<Names extends object>(names: Names, name: unknown): name is keyof Names {
  return typeof name === "string" && Object.hasOwn(names, name);
}
