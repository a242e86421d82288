import { getTranslations } from "next-intl/server";
import { offeredWaysIn } from "@/access/identity/sign-in";
import { getFormatter } from "@/i18n/formatter";
import { Section } from "@/ui/section";
import { DisconnectButton } from "./disconnect-button";
import { ProviderButtons } from "./provider-buttons";
import { ProviderIcon } from "./provider-icon";

type ConnectedAccountsProps = {
  userId: string;
  accounts: { provider: string; createdAt: Date }[];
  recentlyProven: boolean;
};

/** The providers that lead to this account, and the way to connect another once the person has proven who they are. */
export async function ConnectedAccounts({ userId, accounts, recentlyProven }: ConnectedAccountsProps) {
  const [t, format] = await Promise.all([getTranslations("settings"), getFormatter()]);
  const offered = offeredWaysIn().filter(({ type }) => type !== "credentials");
  const connected = accounts.map(({ provider }) => provider);
  const missing = offered.some(({ id }) => !connected.includes(id));
  return (
    <Section title={t("waysTitle")} description={offered.length + accounts.length > 0 ? t("waysLead") : t("noneOffered")}>
      {accounts.length > 0 && (
        <ul className="divide-y rounded-lg border">
          {accounts.map(({ provider, createdAt }) => {
            const name = offered.find(({ id }) => id === provider)?.name ?? provider;
            return (
              <li key={provider} className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3 text-body [&_svg]:size-5">
                <ProviderIcon id={provider} />
                <span className="font-medium">{name}</span>
                <span className="text-muted sm:ms-auto">{t("connected", { date: format.dateTime(createdAt, { dateStyle: "long" }) })}</span>
                {recentlyProven && <DisconnectButton provider={provider} name={name} />}
              </li>
            );
          })}
        </ul>
      )}
      {missing && recentlyProven && <ProviderButtons callbackUrl="/settings/security" connects={userId} without={connected} />}
      {(missing || accounts.length > 0) && !recentlyProven && <p className="text-body text-muted">{t("confirmFirst")}</p>}
    </Section>
  );
}
