import { getFormatter, getTranslations } from "next-intl/server";
import { offeredWaysIn } from "@/access/sign-in";
import { Section } from "@/ui/section";
import { confirmPassword } from "./actions";
import { PasswordForm } from "./password-form";
import { ProviderButtons } from "./provider-buttons";
import { ProviderIcon } from "./provider-icon";

type ConnectedAccountsProps = {
  email: string;
  hasPassword: boolean;
  accounts: { provider: string; createdAt: Date }[];
  recentlyProven: boolean;
};

/** The providers that lead to this account, and the way to connect another once the person has proven who they are. */
export async function ConnectedAccounts({ email, hasPassword, accounts, recentlyProven }: ConnectedAccountsProps) {
  const [t, common, format] = await Promise.all([getTranslations("settings"), getTranslations("common"), getFormatter()]);
  const offered = offeredWaysIn().filter(({ type }) => type !== "credentials");
  const connected = accounts.map(({ provider }) => provider);
  const missing = offered.some(({ id }) => !connected.includes(id));
  return (
    <Section title={t("waysTitle")} description={offered.length + accounts.length > 0 ? t("waysLead") : t("noneOffered")}>
      {accounts.length > 0 && (
        <ul className="divide-y rounded-lg border">
          {accounts.map(({ provider, createdAt }) => (
            <li key={provider} className="flex items-center gap-3 px-4 py-3 text-body [&_svg]:size-5">
              <ProviderIcon id={provider} />
              <span className="font-medium">{offered.find(({ id }) => id === provider)?.name ?? provider}</span>
              <span className="ms-auto text-muted">{t("connected", { date: format.dateTime(createdAt, { dateStyle: "long" }) })}</span>
            </li>
          ))}
        </ul>
      )}
      {missing && recentlyProven && <ProviderButtons callbackUrl="/settings/security" label="connect" without={connected} />}
      {missing && !recentlyProven && !hasPassword && <p className="text-body text-muted">{t("signInAgain")}</p>}
      {missing && !recentlyProven && hasPassword && (
        <div className="grid gap-4 rounded-lg border p-4">
          <p className="text-body text-muted">{t("confirmLead")}</p>
          <PasswordForm
            action={confirmPassword}
            email={email}
            variant="secondary"
            fields={[{ name: "password", label: t("current"), autoComplete: "current-password" }]}
            texts={{ submit: t("confirm"), done: t("confirmed"), show: common("showPassword"), hide: common("hidePassword") }}
          />
        </div>
      )}
    </Section>
  );
}
