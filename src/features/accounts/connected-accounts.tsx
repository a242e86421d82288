import { getFormatter, getTranslations } from "next-intl/server";
import { offeredWaysIn } from "@/access/identity/sign-in";
import { Section } from "@/ui/section";
import { ProviderButtons } from "./provider-buttons";
import { ProviderIcon } from "./provider-icon";

type ConnectedAccountsProps = {
  accounts: { provider: string; createdAt: Date }[];
  recentlyProven: boolean;
};

/** The providers that lead to this account, and the way to connect another once the person has proven who they are. */
export async function ConnectedAccounts({ accounts, recentlyProven }: ConnectedAccountsProps) {
  const [t, format] = await Promise.all([getTranslations("settings"), getFormatter()]);
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
      {missing && !recentlyProven && <p className="text-body text-muted">{t("confirmFirst")}</p>}
    </Section>
  );
}
