import { getTranslations } from "next-intl/server";
import { getFormatter } from "@/i18n/formatter";
import { Badge } from "@/ui/badge";
import { Section } from "@/ui/section";
import { confirmWithCode } from "./actions";
import { OwnCodeForm } from "./code-form";
import { TwoStepPanel } from "./two-step-panel";

type TwoStepSectionProps = {
  since: Date | null;
  codesLeft: number;
  /** Whether the person has proven lately who they are. */
  recentlyProven: boolean;
};

/** Whether signing in takes a second step, and everything that changes that. */
export async function TwoStepSection({ since, codesLeft, recentlyProven }: TwoStepSectionProps) {
  const [t, format] = await Promise.all([getTranslations("secondFactors"), getFormatter()]);
  const state = since && `${t("since", { date: format.dateTime(since, { dateStyle: "long" }) })} ${t("recovery", { count: codesLeft })}`;
  return (
    <Section
      title={t("title")}
      description={t("lead")}
      action={<Badge tone={since ? "success" : "neutral"}>{since ? t("on") : t("off")}</Badge>}
    >
      <TwoStepPanel state={state} open={recentlyProven} />
    </Section>
  );
}

/** The code of the app, or a recovery code, as the proof of who is sitting there. */
export async function ConfirmWithCode() {
  const t = await getTranslations("secondFactors");
  return <OwnCodeForm action={confirmWithCode} id="confirm-code" label={t("code")} submit={t("confirmCode")} variant="secondary" />;
}
