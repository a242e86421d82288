import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { getFormatter } from "@/i18n/formatter";
import { Alert } from "@/ui/alert";
import { Section } from "@/ui/section";
import { SubmitButton } from "@/ui/submit-button";
import { keepAccount } from "./actions";
import { DeletionForm } from "./deletion-form";

/** The end of an account, or the way back from it. */
export async function DeletionSection({ entry, recentlyProven }: { entry: Entry; recentlyProven: boolean }) {
  const [t, format] = await Promise.all([getTranslations("deletion"), getFormatter()]);
  const { deleteAfter, email } = entry.actor;
  if (deleteAfter !== null) {
    return (
      <Section title={t("title")}>
        <Alert tone="warning">{t("pending", { date: format.dateTime(new Date(deleteAfter), { dateStyle: "long" }) })}</Alert>
        <form action={keepAccount} className="justify-self-start">
          <SubmitButton>{t("keep")}</SubmitButton>
        </form>
      </Section>
    );
  }
  return (
    <Section title={t("title")} description={t("lead")}>
      {recentlyProven ? (
        <DeletionForm texts={{ confirm: t("confirm", { email }), hint: t("confirmHint"), submit: t("delete") }} />
      ) : (
        <p className="text-body text-muted">{t("confirmFirst")}</p>
      )}
    </Section>
  );
}
