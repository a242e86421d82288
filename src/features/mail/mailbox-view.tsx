import { headers } from "next/headers";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import type { Visitor } from "@/access/entry";
import { getFormatter } from "@/i18n/formatter";
import { EmptyState } from "@/ui/empty-state";
import { PageHeader } from "@/ui/page-header";
import { Section } from "@/ui/section";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/ui/table";
import { framed, isMailboxOpen, type MailboxMail, type MailboxRow } from "./mailbox";

/** Links within the mailbox load the whole page: a frame keeps the policy, and the nonce, of the document it stands in. */
const ADDRESS = "/dev/mailbox";

/** Where mail is kept for want of a server, the way to it, for whoever waits for one; nothing elsewhere. */
export async function MailboxHint({ visitor }: { visitor: Visitor }) {
  if (!(await isMailboxOpen(visitor))) return null;
  const t = await getTranslations("mailbox");
  const link = (chunks: ReactNode) => (
    <a href={ADDRESS} className="link">
      {chunks}
    </a>
  );
  return <p className="text-muted text-sm">{t.rich("here", { link })}</p>;
}

/** The list, newest first. */
export async function MailboxList({ mails }: { mails: MailboxRow[] }) {
  const [t, format] = await Promise.all([getTranslations("mailbox"), getFormatter()]);
  return (
    <>
      <PageHeader title={t("title")} description={t("lead")} />
      {mails.length === 0 ? (
        <EmptyState title={t("emptyTitle")} description={t("emptyBody")} />
      ) : (
        <Table>
          <TableCaption>{t("title")}</TableCaption>
          <TableHeader>
            <tr>
              <TableHead>{t("subject")}</TableHead>
              <TableHead className="max-sm:hidden">{t("to")}</TableHead>
              <TableHead numeric>{t("sent")}</TableHead>
            </tr>
          </TableHeader>
          <TableBody>
            {mails.map(({ id, to, subject, createdAt }) => (
              <TableRow key={id}>
                <TableCell>
                  <a href={`${ADDRESS}?mail=${id}`} className="link">
                    {subject}
                  </a>
                  <p className="text-muted text-sm [overflow-wrap:anywhere] sm:hidden">{to}</p>
                </TableCell>
                <TableCell className="max-sm:hidden">{to}</TableCell>
                <TableCell numeric className="max-sm:whitespace-normal">
                  {format.dateTime(createdAt, { dateStyle: "medium", timeStyle: "medium" })}
                </TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
    </>
  );
}

/** One mail: as a mail program shows it, and its text part, in which the links can be followed. */
export async function MailboxLetter({ mail }: { mail: MailboxMail }) {
  const [t, format, head] = await Promise.all([getTranslations("mailbox"), getFormatter(), headers()]);
  const { subject, to, createdAt, rendered } = mail;
  return (
    <>
      <PageHeader
        title={subject}
        description={`${t("to")} ${to}, ${format.dateTime(createdAt, { dateStyle: "long", timeStyle: "medium" })}`}
        action={
          <a href={ADDRESS} className="link">
            {t("back")}
          </a>
        }
      />
      {rendered ? (
        <div className="grid gap-10">
          <Section title={t("text")}>
            <pre className="whitespace-pre-wrap rounded-lg border p-5 font-sans text-body [overflow-wrap:anywhere]">
              {linked(rendered.text)}
            </pre>
          </Section>
          <Section title={t("preview")}>
            <iframe
              title={subject}
              srcDoc={framed(rendered.html, head.get("x-nonce") ?? "")}
              sandbox="allow-popups allow-popups-to-escape-sandbox"
              className="h-180 w-full rounded-lg border"
            />
          </Section>
        </div>
      ) : (
        <p className="text-muted">{t("gone")}</p>
      )}
    </>
  );
}

function linked(text: string) {
  return text.split(/(https?:\/\/\S+)/).map((part, at) =>
    at % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the text does not change, and an address may stand in it twice.
      <a key={at} href={part} className="link">
        {part}
      </a>
    ) : (
      part
    ),
  );
}
