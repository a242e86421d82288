import { createTranslator } from "next-intl";
import type { Locale } from "@/i18n/locale";
import type en from "@/i18n/messages/en.json";
import type { MailContent } from "@/lib/mail-props";
import { siteLink, siteOrigin } from "@/lib/site-link";

const HOUR_MINUTES = 60;
const DAY_MINUTES = 24 * HOUR_MINUTES;
const REASON_LENGTH = 300;

/** What a mail says, before it has a form: both parts of it, HTML and text, are made from this. */
export interface Letter {
  subject: string;
  greeting: string;
  body: string;
  facts: { label: string; value: string }[];
  action: { label: string; url: string } | null;
  /** Its label, where it stands above its bare address. */
  actionLabel: string;
  /** Said above the bare address, for those whose button does nothing. */
  copyLink: string;
  after: string | null;
  /** Why one got this mail. */
  why: string;
}

type Said = Pick<Letter, "subject" | "body"> & Partial<Letter>;
type Translator = ReturnType<typeof translator>;

const loaders = {
  en: () => import("@/i18n/messages/en.json"),
  fr: () => import("@/i18n/messages/fr.json"),
} satisfies Record<Locale, () => Promise<unknown>>;

/** The words of one mail in one language. */
export async function write(content: MailContent, locale: Locale): Promise<Letter> {
  const messages = (await loaders[locale]()).default;
  const t = translator(locale, messages);
  const site = new URL(siteOrigin()).host;
  const isFormer = content.template === "emailChanged" || (content.template === "accountDeletion" && !content.props.undoUrl);
  const said = say(content, t, (moment) => dateAndTime(moment, locale));
  return {
    greeting: t("helloAnyone"),
    facts: [],
    action: null,
    actionLabel: t("labelled", { label: said.action?.label ?? "" }),
    copyLink: t("copyLink"),
    after: null,
    why: t("whyAccount", { site }),
    ...said,
    ...(isFormer && { why: t("whyFormer", { site }) }),
    ...((content.template === "invitation" || content.template === "organizationInvitation") && { why: t("whyInvited", { site }) }),
    ...(isAskedFor(content) && { why: t("whyRequest", { site }) }),
  };
}

function say({ template, props }: MailContent, t: Translator, date: (moment: string) => string): Said {
  switch (template) {
    case "welcome": {
      const name = harmless(props.name);
      return {
        ...said(t, template),
        greeting: name ? t("hello", { name }) : t("helloAnyone"),
        action: { label: t("welcome.action"), url: siteLink("/members") },
      };
    }
    case "verification":
    case "reset":
    case "magicLink": {
      const time = duration(props.minutes, t);
      const after = "voided" in props && props.voided ? t("reset.afterVoided") : t(`${template}.after`);
      return { ...said(t, template, { time }), action: { label: t(`${template}.action`), url: props.url }, after };
    }
    case "alreadyRegistered": {
      const [action, after] = [t("alreadyRegistered.action"), t("alreadyRegistered.after", { resetUrl: props.resetUrl })];
      return { ...said(t, template), action: { label: action, url: props.signInUrl }, after };
    }
    case "passwordChanged":
    case "newDevice": {
      const url = "url" in props ? props.url : siteLink("/forgot-password");
      const facts = deviceFacts(props, t, date);
      return { ...said(t, template), facts, action: { label: t(`${template}.action`), url }, after: t(`${template}.after`) };
    }
    case "securityChanged": {
      const action = { label: t("securityChanged.action"), url: siteLink("/settings/security") };
      return {
        subject: t(`securityChanged.subjects.${props.what}`),
        body: t(`securityChanged.changes.${props.what}`),
        facts: deviceFacts(props, t, date),
        action,
        after: t("securityChanged.after"),
      };
    }
    case "emailChange": {
      const values = { address: oneLine(props.newAddress), time: duration(props.hours * HOUR_MINUTES, t) };
      return { ...said(t, template, values), action: { label: t("emailChange.action"), url: props.url }, after: t("emailChange.after") };
    }
    case "emailChanged":
      return {
        ...said(t, template),
        facts: [
          { label: t("labelled", { label: t("factOld") }), value: oneLine(props.oldAddress) },
          { label: t("labelled", { label: t("factNew") }), value: oneLine(props.newAddress) },
        ],
        action: { label: t("emailChanged.action"), url: props.revertUrl },
        after: t("emailChanged.after", { time: duration(props.days * DAY_MINUTES, t) }),
      };
    case "invitation": {
      const values = { by: harmless(props.by) || t("someone"), time: duration(props.days * DAY_MINUTES, t) };
      return { ...said(t, template, values), action: { label: t("invitation.action"), url: props.url }, after: t("invitation.after") };
    }
    case "organizationInvitation": {
      const organization = harmless(props.organization) || t("anOrganization");
      const values = { by: harmless(props.by) || t("somebody"), organization, time: duration(props.days * DAY_MINUTES, t) };
      const action = { label: t("organizationInvitation.action"), url: props.url };
      return { ...said(t, template, values), action, after: t("organizationInvitation.after") };
    }
    case "accountCreated": {
      const action = { label: t("accountCreated.action"), url: props.url };
      const time = duration(props.days * DAY_MINUTES, t);
      return { ...said(t, template, { time }), action, after: t("accountCreated.after") };
    }
    case "banned": {
      const body = props.until ? t("banned.bodyUntil", { date: date(props.until) }) : t("banned.body");
      const facts = [{ label: t("labelled", { label: t("factReason") }), value: oneLine(props.reason, REASON_LENGTH) }];
      return { subject: t("banned.subject"), body, facts, after: t("banned.after") };
    }
    case "accountDeletion": {
      const values = { date: date(props.when) };
      if (!props.undoUrl) return said(t, "accountDeleted", values);
      const action = { label: t("accountDeletion.action"), url: props.undoUrl };
      return { ...said(t, template, values), action, after: t("accountDeletion.after") };
    }
  }
}

function translator(locale: Locale, messages: typeof en) {
  return createTranslator({ locale, messages, namespace: "mail" });
}

/** Asked for by whoever typed the address, who need not be its owner. */
function isAskedFor({ template }: MailContent): boolean {
  return ["verification", "alreadyRegistered", "reset", "magicLink", "emailChange"].includes(template);
}

function said(
  t: Translator,
  template: Exclude<MailContent["template"], "securityChanged"> | "accountDeleted",
  values: Record<string, string> = {},
): Said {
  return { subject: t(`${template}.subject`), body: t(`${template}.body`, values) };
}

type Device = { when: string; browser: string; place?: string | undefined };

function deviceFacts({ when, browser, place }: Device, t: Translator, date: (moment: string) => string): Letter["facts"] {
  return [
    { label: t("labelled", { label: t("factWhen") }), value: date(when) },
    { label: t("labelled", { label: t("factBrowser") }), value: oneLine(browser) },
    ...(place ? [{ label: t("labelled", { label: t("factPlace") }), value: oneLine(place) }] : []),
  ];
}

/** In the largest unit that comes out even. */
function duration(minutes: number, t: Translator): string {
  // One day is 24 hours, as the pages say it.
  if (minutes > DAY_MINUTES && minutes % DAY_MINUTES === 0) return t("days", { count: minutes / DAY_MINUTES });
  if (minutes % HOUR_MINUTES === 0) return t("hours", { count: minutes / HOUR_MINUTES });
  return t("minutes", { count: minutes });
}

/** The day and minute in UTC, which is named: where the reader is, nobody knows. */
function dateAndTime(moment: string, locale: Locale): string {
  return new Intl.DateTimeFormat(locale === "en" ? "en-GB" : locale, {
    day: "numeric",
    month: "long",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZone: "UTC",
    timeZoneName: "short",
  }).format(new Date(moment));
}

/** Text from outside as one line: nothing in it can begin a header, a paragraph, or run from right to left. */
function oneLine(value: string, length = 254): string {
  return value
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim()
    .slice(0, length);
}

/**
 * A name as it may be put into a mail to somebody who never chose to hear it: mail programs turn whatever looks like an
 * address into a link, and a sign-up form is open to all. Empty where it looks like one.
 */
function harmless(name: string): string {
  const line = oneLine(name).slice(0, 100);
  return /:\/\/|www\.|@|\p{L}\.\p{L}{2}|[<>{}[\]\\]/iu.test(line) ? "" : line;
}
