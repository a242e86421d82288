import { getTranslations } from "next-intl/server";
import { buttonVariants } from "@/ui/button";
import { SoftLink } from "@/ui/soft-link";
import { AuthFrame } from "./auth-frame";

/** The page of a link of a mail that opens nothing any more: why that may be, and the way on. */
export async function DeadLinkFrame({ lead }: { lead: string }) {
  const [t, auth] = await Promise.all([getTranslations("addresses"), getTranslations("auth")]);
  return (
    <AuthFrame title={t("deadTitle")} description={lead}>
      <SoftLink className={buttonVariants({ className: "w-full" })} href="/login">
        {auth("signIn")}
      </SoftLink>
    </AuthFrame>
  );
}
