import { headers } from "next/headers";
import { getTranslations } from "next-intl/server";
import { listedProviders } from "@/access/identity/sign-in";
import { env } from "@/lib/env";
import { publicOrigin } from "@/lib/public-url";
import { Badge } from "@/ui/badge";
import { CopyButton } from "@/ui/copy-button";
import { Section } from "@/ui/section";

/** The ways in of auth.config.ts, each with the address to register at the provider, or with the variables it lacks. */
export async function ProvidersSection() {
  const [t, head] = await Promise.all([getTranslations("system"), headers()]);
  const { AUTH_URL } = env();
  const origin = AUTH_URL ? new URL(AUTH_URL).origin : publicOrigin(head);
  return (
    <Section title={t("providers")} description={AUTH_URL ? t("providersLead") : t("providersLeadNoUrl")}>
      <ul className="divide-y rounded-lg border bg-surface">
        {listedProviders().map(({ id, name, type, missing }) => {
          const callback = type === "oauth" || type === "oidc" ? `${origin}/api/auth/callback/${id}` : null;
          return (
            <li key={id} className="grid gap-x-4 gap-y-1 px-4 py-3 text-body sm:grid-cols-[9rem_minmax(0,1fr)_auto]">
              <span className="font-medium">{name}</span>
              <div className="min-w-0 text-muted max-sm:order-last">
                {callback ? (
                  <p className="flex items-center gap-1">
                    <code className="min-w-0 text-sm [overflow-wrap:anywhere]">{callback}</code>
                    <CopyButton text={callback} label={t("copyCallback", { name })} copied={t("copied")} failed={t("copyFailed")} />
                  </p>
                ) : (
                  <p>{t("noCallback")}</p>
                )}
                {missing.length > 0 && <p className="text-foreground">{t("lacks", { names: missing.join(", ") })}</p>}
              </div>
              <span className="flex items-start sm:justify-end">
                <Badge tone={missing.length > 0 ? "neutral" : "success"}>{missing.length > 0 ? t("notOffered") : t("offered")}</Badge>
              </span>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
