import { getLocale, getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { env, isZeroConfig } from "@/lib/env";
import { Badge } from "@/ui/badge";
import { RelativeTime } from "@/ui/relative-time";
import { Section } from "@/ui/section";
import { SubmitButton } from "@/ui/submit-button";
import { sendMailAgain } from "./actions";
import { NoAnswer } from "./no-answer";
import { getOutbox } from "./queries";

/** What waits for the mail server, and what it did not take. Plain forms: it works without JavaScript. */
export async function OutboxSection({ entry }: { entry: Entry }) {
  const [outbox, t, common, locale] = await Promise.all([
    getOutbox(entry),
    getTranslations("system"),
    getTranslations("common"),
    getLocale(),
  ]);
  if (!outbox) return <NoAnswer title={t("outbox")} text={t("noAnswer")} />;
  const { waiting, over, oldest, isMore, mails } = outbox;
  // Without a mail server, on one's own machine, nothing waits for one: the mailbox is where mails go.
  if (!env().SMTP_URL && isZeroConfig() && mails.length === 0)
    return <Section title={t("outbox")} description={t("outboxKept", { waiting })} />;
  return (
    <Section
      title={t("outbox")}
      description={
        <>
          {t("outboxIs", { waiting, over })} {isMore && t("isMore")}{" "}
          {oldest && t.rich("oldestMail", { time: () => <RelativeTime date={oldest} locale={locale} /> })}
        </>
      }
    >
      {mails.length > 0 ? (
        <ul className="divide-y rounded-lg border bg-surface">
          {mails.map(({ id, to, template, attempts, reason, createdAt, over: isOver }) => (
            <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
              <div className="min-w-0 flex-1 basis-72 text-body [overflow-wrap:anywhere]">
                <p className="flex flex-wrap items-center gap-2">
                  <span className="font-medium">{to}</span> <code className="text-muted text-sm">{template}</code>
                  <Badge tone={isOver ? "danger" : "warning"}>{isOver ? t("over") : t("again")}</Badge>
                </p>
                <p className="text-muted text-sm">{reason}</p>
                <p className="text-muted text-sm">
                  {t.rich("mailAt", { count: attempts, time: () => <RelativeTime date={createdAt} locale={locale} /> })}
                  {isOver && <> {t("mailOver")}</>}
                </p>
              </div>
              {!isOver && (
                <form action={sendMailAgain}>
                  <input type="hidden" name="id" value={id} />
                  <SubmitButton
                    variant="secondary"
                    size="sm"
                    aria-label={common("actOn", { act: t("sendAgain"), what: `${to}, ${template}` })}
                  >
                    {t("sendAgain")}
                  </SubmitButton>
                </form>
              )}
            </li>
          ))}
        </ul>
      ) : (
        <p className="text-body text-muted">{t("outboxNone")}</p>
      )}
    </Section>
  );
}
