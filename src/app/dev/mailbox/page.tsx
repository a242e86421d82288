import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { currentVisitor } from "@/access/entry";
import { isMailboxOpen, listMailbox, readMailbox } from "@/features/mail/mailbox";
import { MailboxLetter, MailboxList } from "@/features/mail/mailbox-view";
import { Brand } from "@/ui/brand";
import { RefreshEvery } from "@/ui/refresh-every";

const LIVE_MS = 3_000;

export async function generateMetadata(): Promise<Metadata> {
  // Where it is closed, not even a title may tell this page from one that does not exist.
  return (await isMailboxOpen(await currentVisitor())) ? { title: (await getTranslations("mailbox"))("title") } : {};
}

export default async function MailboxPage({ searchParams }: { searchParams: Promise<{ mail?: string | string[] }> }) {
  const [{ mail: id }, visitor, common] = await Promise.all([searchParams, currentVisitor(), getTranslations("common")]);
  const mail = id === undefined ? null : await readMailbox(visitor, id);
  const mails = id === undefined ? await listMailbox(visitor) : null;
  if (!mail && !mails) notFound();
  return (
    <div className="px-5 py-5 sm:px-8 sm:py-7">
      <header className="pb-8">
        <Brand href="/" name={common("brand")} />
      </header>
      <main id="content" className="mx-auto w-full max-w-page">
        {mail && <MailboxLetter mail={mail} />}
        {mails && <MailboxList mails={mails} />}
        {mails && <RefreshEvery ms={LIVE_MS} />}
      </main>
    </div>
  );
}
