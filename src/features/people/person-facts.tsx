import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { getFormatter } from "@/i18n/formatter";
import { Badge } from "@/ui/badge";
import { Section } from "@/ui/section";
import type { getPerson } from "./queries";

type Person = NonNullable<Awaited<ReturnType<typeof getPerson>>>;

/** Who somebody is, how they stand, and by which ways they come in. */
export async function PersonFacts({ person }: { person: Person }) {
  const [t, format] = await Promise.all([getTranslations("people"), getFormatter()]);
  const day = (date: Date) => format.dateTime(date, { dateStyle: "long" });
  const { banned, bannedUntil, banReason, deleteAfter, profileComplete, emailVerified, password, accounts, totp, _count } = person;
  return (
    <>
      <Section title={t("identity")}>
        <Facts
          facts={[
            [
              t("email"),
              <span key="email" className="flex flex-wrap items-center gap-2">
                {person.email}{" "}
                <Badge tone={emailVerified ? "neutral" : "warning"}>{emailVerified ? t("confirmed") : t("unconfirmed")}</Badge>
              </span>,
            ],
            [t("role"), t(person.role)],
            [t("city"), person.city],
            [t("interests"), person.interests.join(", ")],
            [t("bio"), person.bio],
            [t("id"), <code key="id">{person.id}</code>],
            [t("externalId"), person.externalId && <code key="externalId">{person.externalId}</code>],
          ]}
        />
      </Section>
      <Section title={t("standing")}>
        <Facts
          facts={[
            [
              t("status"),
              <span key="status" className="flex flex-wrap gap-2">
                {banned && <Badge tone="danger">{bannedUntil ? t("bannedTo", { date: day(bannedUntil) }) : t("bannedFor")}</Badge>}
                {deleteAfter && <Badge tone="warning">{t("leaving", { date: day(deleteAfter) })}</Badge>}
                {!emailVerified && <Badge tone="warning">{t("is.unverified")}</Badge>}
                {!profileComplete && <Badge>{t("incomplete")}</Badge>}
                {!banned && !deleteAfter && profileComplete && emailVerified && <Badge tone="success">{t("inOrder")}</Badge>}
              </span>,
            ],
            [t("banReason"), banned ? banReason : null],
          ]}
        />
      </Section>
      <Section title={t("waysIn")}>
        <Facts
          facts={[
            [t("password"), password ? t("passwordSince", { date: day(password.updatedAt) }) : t("none")],
            ...accounts.map(({ provider, createdAt }): Fact => [provider, t("provider", { provider, date: day(createdAt) })]),
            [t("totp"), totp?.confirmedAt ? t("totpOn", { date: day(totp.confirmedAt) }) : t("none")],
            [t("passkeys"), format.number(_count.passkeys)],
            [t("recoveryCodes"), totp?.confirmedAt ? format.number(_count.recoveryCodes) : null],
          ]}
        />
      </Section>
    </>
  );
}

type Fact = [label: string, value: ReactNode];

/** Labels and what stands beside them; what is empty is left out. */
function Facts({ facts }: { facts: Fact[] }) {
  return (
    <dl className="grid gap-x-6 gap-y-2 text-body sm:grid-cols-[11rem_minmax(0,1fr)]">
      {facts
        .filter(([, value]) => value !== null && value !== "")
        .map(([label, value]) => (
          <div key={label} className="contents">
            <dt className="text-muted">{label}</dt>
            <dd className="min-w-0 max-sm:mb-2 [overflow-wrap:anywhere]">{value}</dd>
          </div>
        ))}
    </dl>
  );
}
