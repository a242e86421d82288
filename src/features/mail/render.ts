import "server-only";
import { render as renderReact } from "@react-email/render";
import { createElement } from "react";
import type { Locale } from "@/i18n/locale";
import type { MailContent } from "@/lib/mail-props";
import { siteOrigin } from "@/lib/site-link";
import { type Letter, write } from "./letter";
import { LetterMail } from "./letter-mail";

const SITE_NAME = "Foyer";

export interface RenderedMail {
  subject: string;
  html: string;
  text: string;
}

/** One mail in one language: its subject, the HTML part (whose only image is the mark, by `cid:`) and the text part. */
export async function renderMail(content: MailContent, locale: Locale): Promise<RenderedMail> {
  const letter = await write(content, locale);
  const site = { name: SITE_NAME, url: siteOrigin() };
  const html = await renderReact(createElement(LetterMail, { letter, locale, site }));
  return { subject: letter.subject, html, text: asText(letter, site) };
}

/** The same words without a form, as a letter has them; an address stands alone on its line, so that it stays a link. */
function asText({ subject, greeting, body, facts, action, actionLabel, after, why }: Letter, site: { name: string; url: string }): string {
  const blocks = [
    subject,
    greeting,
    body,
    facts.map(({ label, value }) => `${label} ${value}`).join("\n"),
    action ? `${actionLabel}\n${action.url}` : "",
    after ?? "",
    `-- \n${site.name} · ${site.url}\n${why}`,
  ];
  return `${blocks.filter(Boolean).join("\n\n")}\n`;
}
