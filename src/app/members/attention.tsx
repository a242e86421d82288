import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { getFormatter } from "@/i18n/formatter";
import { Alert } from "@/ui/alert";
import { Section } from "@/ui/section";
import { SoftLink } from "@/ui/soft-link";

const ALMOST_FULL = 0.8;

type AttentionProps = { entry: Entry; usage: { usedBytes: number; quotaBytes: number }; hasPassword: boolean };

/** What a member should know before anything else, each with the place to mend it. */
export async function Attention({ entry, usage, hasPassword }: AttentionProps) {
  const [t, format] = await Promise.all([getTranslations("members"), getFormatter()]);
  const full = usage.usedBytes / usage.quotaBytes;
  const { deleteAfter } = entry.actor;
  const items = [
    deleteAfter !== null && {
      text: t("attentionDeletion", { date: format.dateTime(new Date(deleteAfter), { dateStyle: "long" }) }),
      href: "/settings/account",
      action: t("attentionDeletionAction"),
    },
    !hasPassword && { text: t("attentionPassword"), href: "/settings/security", action: t("attentionPasswordAction") },
    full >= ALMOST_FULL && {
      text: t("attentionQuota", { percent: format.number(full, { style: "percent" }) }),
      href: "/files",
      action: t("attentionQuotaAction"),
    },
  ].filter((item) => item !== false);
  return (
    <Section title={t("attention")} description={items.length === 0 ? t("attentionNothing") : undefined}>
      {items.map(({ text, href, action }) => (
        <Alert
          key={href}
          tone="warning"
          action={
            <SoftLink href={href} className="link whitespace-nowrap">
              {action}
            </SoftLink>
          }
        >
          {text}
        </Alert>
      ))}
    </Section>
  );
}
