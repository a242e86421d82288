import type { Locale } from "@/i18n/locale";
import type { Transaction } from "./db";
import { emailSchema } from "./email";
import { type MailContent, readMailContent } from "./mail-props";
import { addJobs } from "./queue";
import { siteOrigin } from "./site-link";

export type OutgoingMail = MailContent & { to: string; userId?: string; locale: Locale };

/**
 * Puts a mail into the outbox, in the caller's transaction: it goes out exactly when the change is made, whether the mail server
 * is up at the moment or not. It is sent at least once: a second copy is possible only where the mail server took the first and
 * could not say so. Throws for props that are not the template's, for an address that is none, and for a link that leads
 * elsewhere than to this site. Returns the id of its row.
 */
export async function enqueueMail(tx: Transaction, mail: OutgoingMail): Promise<string> {
  const [id = ""] = await enqueueMails(tx, [mail]);
  return id;
}

/** Many at once, each as `enqueueMail`, in two statements. */
export async function enqueueMails(tx: Transaction, mails: OutgoingMail[]): Promise<string[]> {
  const data = mails.map((mail) => {
    const { template, props } = readMailContent(mail.template, mail.props);
    for (const [name, value] of Object.entries(props)) if (isLinkName(name)) assertOwn(String(value));
    return { to: emailSchema.parse(mail.to), userId: mail.userId ?? null, template, locale: mail.locale, props };
  });
  const rows = await tx.mail.createManyAndReturn({ data, select: { id: true } });
  await addJobs(
    tx,
    "mail.send",
    rows.map(({ id }) => ({ payload: { mailId: id }, key: mailKey(id) })),
  );
  return rows.map(({ id }) => id);
}

/** Key of a mail's job: there is at most one that waits. */
export function mailKey(mailId: string): string {
  return `mail:${mailId}`;
}

/** Whether a prop of this name is a link, which lets its bearer do something: a secret until the mail is out. */
function isLinkName(name: string): boolean {
  return /url$/i.test(name);
}

function assertOwn(link: string): void {
  if (new URL(link).origin !== siteOrigin()) throw new Error("a link in a mail is made by siteLink, from AUTH_URL");
}
