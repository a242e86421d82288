import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { getFormatter } from "@/i18n/formatter";
import { Alert } from "@/ui/alert";
import { SoftLink } from "@/ui/soft-link";
import { getAttention } from "./queries";

/** What is out of the ordinary today, each with the place to look at it; nothing on an ordinary day. */
export async function FiguresAttention({ entry }: { entry: Entry }) {
  const [{ bannedToday, failedToday, isSpike }, t, format] = await Promise.all([
    getAttention(entry),
    getTranslations("figures"),
    getFormatter(),
  ]);
  const items = [
    isSpike && {
      text: t("spike", { count: failedToday, shown: format.number(failedToday) }),
      href: "/admin/audit?act=user.sign_in_failed",
      action: t("spikeAction"),
    },
    bannedToday > 0 && {
      text: t("banned", { count: bannedToday, shown: format.number(bannedToday) }),
      href: "/admin/users?status=banned",
      action: t("bannedAction"),
    },
  ].filter((item) => item !== false);
  if (items.length === 0) return null;
  return (
    <div className="mb-8 grid gap-3">
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
    </div>
  );
}
