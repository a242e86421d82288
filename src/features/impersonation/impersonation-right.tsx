import { subject } from "@casl/ability";
import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { Section } from "@/ui/section";
import { SubmitButton } from "@/ui/submit-button";
import { setImpersonationRight } from "./actions";
import { getImpersonationRight } from "./queries";

/** Of an admin: whether they may change things while they act as a member, and the way to give or take it. Nothing of a member. */
export async function ImpersonationRight({ entry, userId }: { entry: Entry; userId: string }) {
  const [may, t] = await Promise.all([getImpersonationRight(entry, userId), getTranslations("impersonation")]);
  if (may === null) return null;
  const isMine = entry.ability.cannot("update", subject("User", { id: userId }), "impersonate_write");
  return (
    <Section
      title={t("right")}
      description={may ? t("rightWrite") : t("rightRead")}
      action={
        !isMine && (
          <form action={setImpersonationRight}>
            <input type="hidden" name="userId" value={userId} />
            <input type="hidden" name="may" value={may ? "no" : "yes"} />
            <SubmitButton variant="secondary" size="sm">
              {may ? t("takeRight") : t("giveRight")}
            </SubmitButton>
          </form>
        )
      }
    />
  );
}
