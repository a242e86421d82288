import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { localPath } from "@/access/entry";
import { isBetweenSteps } from "@/access/identity/tickets";
import { passTwoStep } from "@/features/second-factors/actions";
import { OwnCodeForm } from "@/features/second-factors/code-form";
import { SoftLink } from "@/ui/soft-link";
import { AuthFrame } from "../../../_frames/auth-frame";

type Search = Promise<{ callbackUrl?: string | string[]; with?: string | string[] }>;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("secondFactors"))("stepTitle") };
}

export default async function TwoStepPage({ searchParams }: { searchParams: Search }) {
  const { callbackUrl, with: kind } = await searchParams;
  const path = localPath(typeof callbackUrl === "string" ? callbackUrl : null);
  if (!(await isBetweenSteps())) redirect(`/login?${new URLSearchParams({ callbackUrl: path })}`);
  const [t, auth] = await Promise.all([getTranslations("secondFactors"), getTranslations("auth")]);
  const recovery = kind === "recovery";
  const other = new URLSearchParams({ callbackUrl: path, ...(recovery ? {} : { with: "recovery" }) });
  return (
    <AuthFrame
      title={t("stepTitle")}
      description={recovery ? t("stepLeadRecovery") : t("stepLead")}
      footer={
        <span className="flex flex-wrap gap-x-5 gap-y-2">
          <SoftLink className="link" href={`/login/two-step?${other}`}>
            {recovery ? t("useApp") : t("useRecovery")}
          </SoftLink>
          <SoftLink className="link" href={`/login?${new URLSearchParams({ callbackUrl: path })}`}>
            {t("startOver")}
          </SoftLink>
        </span>
      }
    >
      <OwnCodeForm
        key={recovery ? "recovery" : "app"}
        action={passTwoStep}
        id="code"
        kind={recovery ? "recovery" : "app"}
        label={recovery ? t("recoveryCode") : t("code")}
        hint={recovery ? undefined : t("codeHint")}
        submit={auth("signIn")}
        callbackUrl={path}
        wide
      />
    </AuthFrame>
  );
}
