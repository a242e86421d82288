import { getLocale, getTranslations } from "next-intl/server";
import { getFormatter } from "@/i18n/formatter";
import { KeyIcon } from "@/ui/key-icon";
import { RelativeTime } from "@/ui/relative-time";
import { Section } from "@/ui/section";
import { AddPasskey } from "./add-passkey";
import { PasskeyMenu } from "./passkey-menu";

type PasskeysSectionProps = {
  passkeys: { id: string; name: string; createdAt: Date; lastUsedAt: Date | null }[];
  /** Whether the person has proven lately who they are. */
  recentlyProven: boolean;
};

/** The person's passkeys, and the way to add one once they have proven who they are. */
export async function PasskeysSection({ passkeys, recentlyProven }: PasskeysSectionProps) {
  const [t, format, locale] = await Promise.all([getTranslations("secondFactors"), getFormatter(), getLocale()]);
  return (
    <Section title={t("passkeysTitle")} description={t("passkeysLead")}>
      {passkeys.length > 0 && (
        <ul className="divide-y rounded-lg border" aria-label={t("passkeyCaption")}>
          {passkeys.map(({ id, name, createdAt, lastUsedAt }) => (
            <li key={id} className="flex items-center gap-3 py-2.5 ps-4 pe-2 text-body">
              <KeyIcon className="size-5 shrink-0 text-muted" />
              <div className="grid min-w-0 flex-1">
                <span className="font-medium [overflow-wrap:anywhere]">{name}</span>
                <span className="text-muted text-sm">
                  {t("created", { date: format.dateTime(createdAt, { dateStyle: "long" }) })}
                  {" · "}
                  {lastUsedAt ? t.rich("used", { ago: () => <RelativeTime date={lastUsedAt} locale={locale} /> }) : t("neverUsed")}
                </span>
              </div>
              <PasskeyMenu id={id} name={name} />
            </li>
          ))}
        </ul>
      )}
      {recentlyProven ? <AddPasskey /> : <p className="text-body text-muted">{t("confirmFirst")}</p>}
      <noscript>
        <p className="text-body text-muted">{t("scriptless")}</p>
      </noscript>
    </Section>
  );
}
