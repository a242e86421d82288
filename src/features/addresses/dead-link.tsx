import { getTranslations } from "next-intl/server";
import { buttonVariants } from "@/ui/button";
import { SoftLink } from "@/ui/soft-link";

/** The way on from a link that changes no address any more. */
export async function DeadLink() {
  const auth = await getTranslations("auth");
  return (
    <SoftLink className={buttonVariants({ className: "w-full" })} href="/login">
      {auth("signIn")}
    </SoftLink>
  );
}
