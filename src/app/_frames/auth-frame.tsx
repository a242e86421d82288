import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { AuthLayout } from "@/ui/auth-layout";
import { PreferencesBar } from "./preferences-bar";

/** The frame of sign-in, registration and onboarding. */
export async function AuthFrame({
  title,
  description,
  footer,
  children,
}: {
  title: string;
  description?: string;
  footer?: ReactNode;
  children: ReactNode;
}) {
  const common = await getTranslations("common");
  return (
    <AuthLayout
      brand={{ href: "/", name: common("brand") }}
      skipLabel={common("skipToContent")}
      title={title}
      description={description}
      footer={footer}
      preferences={<PreferencesBar />}
    >
      {children}
    </AuthLayout>
  );
}
