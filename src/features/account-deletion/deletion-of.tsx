import { getTranslations } from "next-intl/server";
import { getFormatter } from "@/i18n/formatter";
import { Alert } from "@/ui/alert";
import { SubmitButton } from "@/ui/submit-button";
import { keepPerson } from "./actions";
import { DeletePersonForm } from "./delete-person-form";

type DeletionOfProps = {
  person: { id: string; name: string; email: string; deleteAfter: Date | null };
  recentlyProven: boolean;
};

/** The end of another person's account, for an admin, or the way back from it. */
export async function DeletionOf({ person: { id, name, email, deleteAfter }, recentlyProven }: DeletionOfProps) {
  const [t, format] = await Promise.all([getTranslations("deletion"), getFormatter()]);
  const isDue = deleteAfter !== null && deleteAfter <= new Date();
  if (isDue) return <Alert tone="warning">{t("personGoing", { name: name || email })}</Alert>;
  const date = deleteAfter && format.dateTime(deleteAfter, { dateStyle: "long" });
  const texts = {
    when: t("personWhen"),
    later: t("personLater"),
    laterHint: t("personLaterHint"),
    now: t("personNow"),
    nowHint: t("personNowHint"),
    confirm: t("personConfirm", { email }),
    submit: t("delete"),
    submitNow: t("personDeleteNow"),
  };
  return (
    <div className="grid gap-8">
      {date && (
        <div className="grid gap-4">
          <Alert tone="warning">{t("personPending", { name: name || email, date })}</Alert>
          <form action={keepPerson} className="justify-self-start">
            <input type="hidden" name="userId" value={id} />
            <SubmitButton variant="secondary">{t("personKeep")}</SubmitButton>
          </form>
        </div>
      )}
      {recentlyProven ? (
        <DeletePersonForm userId={id} later={!date} texts={texts} />
      ) : (
        <p className="text-body text-muted">{t("personConfirmFirst")}</p>
      )}
    </div>
  );
}
