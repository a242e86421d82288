import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { recentlyProven } from "@/access/identity/reauthentication";
import { Section } from "@/ui/section";
import { requestAddressChange } from "./actions";
import { ChangeAddressForm } from "./change-address-form";

/** The form for another address; the password is asked for unless the person has shown a moment ago who they are. */
export async function ChangeAddress({ entry, hasPassword, folded = false }: { entry: Entry; hasPassword: boolean; folded?: boolean }) {
  const [t, settings, common] = await Promise.all([getTranslations("addresses"), getTranslations("settings"), getTranslations("common")]);
  const asks = hasPassword && !(await recentlyProven(entry));
  return (
    <ChangeAddressForm
      action={requestAddressChange}
      password={asks && { label: settings("current"), show: common("showPassword"), hide: common("hidePassword") }}
      summary={folded && t("otherAddress")}
      texts={{ address: t("newAddress"), submit: t("change"), done: t("changeSent", { address: "{address}" }) }}
    />
  );
}

/** The address of the account, among the settings. */
export async function AddressSection({ entry, hasPassword }: { entry: Entry; hasPassword: boolean }) {
  const t = await getTranslations("addresses");
  const { email: address, emailVerified } = entry.actor;
  return (
    <Section title={t("sectionTitle")} description={t(emailVerified ? "sectionLead" : "sectionUnverified", { address })}>
      <ChangeAddress entry={entry} hasPassword={hasPassword} />
    </Section>
  );
}
