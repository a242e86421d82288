import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { Section } from "@/ui/section";
import { listSettings } from "./queries";

/** Which settings somebody set, and which stand on their default: names alone. */
export async function SettingsSection({ entry }: { entry: Entry }) {
  const [settings, t] = await Promise.all([listSettings(entry), getTranslations("system")]);
  if (!settings) return null;
  const groups: [string, string[]][] = [
    [t("settingsSet", { count: settings.set.length }), settings.set],
    [t("settingsUnset", { count: settings.unset.length }), settings.unset],
  ];
  return (
    <Section title={t("settings")} description={t("settingsLead")}>
      <dl className="grid gap-x-6 gap-y-3 text-body sm:grid-cols-[9rem_minmax(0,1fr)]">
        {groups.map(([label, names]) => (
          <div key={label} className="contents">
            <dt className="text-muted">{label}</dt>
            <dd className="flex flex-wrap gap-x-3 gap-y-1 font-mono text-xs leading-5">
              {names.length > 0 ? names.map((name) => <span key={name}>{name}</span>) : "–"}
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
