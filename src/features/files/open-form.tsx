import { getTranslations } from "next-intl/server";
import { Input } from "@/ui/input";
import { Label } from "@/ui/label";
import { SubmitButton } from "@/ui/submit-button";

/** Opens somebody else's file for the reason that is asked for here. Works without JavaScript. */
export async function OpenForm({ id, name }: { id: string; name: string }) {
  const [t, common] = await Promise.all([getTranslations("files"), getTranslations("common")]);
  return (
    <form action={`/api/files/${id}`} className="flex min-w-0 flex-1 basis-72 items-end gap-2">
      <div className="grid min-w-0 flex-1 gap-1.5">
        <Label htmlFor={`why-${id}`}>{t("why")}</Label>
        <Input id={`why-${id}`} name="reason" minLength={10} maxLength={200} required />
      </div>
      <SubmitButton variant="secondary" aria-label={common("actOn", { act: t("open"), what: name })}>
        {t("open")}
      </SubmitButton>
    </form>
  );
}
