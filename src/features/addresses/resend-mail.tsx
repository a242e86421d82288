import { getTranslations } from "next-intl/server";
import type { PendingAddress } from "@/access/identity/pending-address";
import { resendVerification } from "./actions";
import { ResendForm } from "./resend-form";

/** The way to another confirmation mail. */
export async function ResendMail({ pending }: { pending: PendingAddress | null }) {
  const t = await getTranslations("addresses");
  const texts = { submit: t("resend"), wait: t("resendIn", { seconds: "{seconds}" }), done: t("resent") };
  return <ResendForm action={resendVerification} wait={pending?.wait ?? 0} mails={pending?.mails ?? 0} texts={texts} />;
}
