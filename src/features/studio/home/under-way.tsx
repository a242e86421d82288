import { getLocale, getMessages, getTimeZone, getTranslations } from "next-intl/server";
import { Section } from "@/ui/section";
import { JobCards } from "./job-cards";
import type { listUnderWay } from "./queries";

/** What is being made for the person at this moment, live. It brings its own texts, for a page that is mostly shown without it. */
export async function UnderWay({ jobs }: { jobs: Awaited<ReturnType<typeof listUnderWay>> }) {
  const [t, locale, timeZone, messages] = await Promise.all([getTranslations("members"), getLocale(), getTimeZone(), getMessages()]);
  const texts = { jobs: messages.jobs, studio: messages.studio };
  return (
    <Section title={t("underWay")}>
      <JobCards jobs={jobs} intl={{ locale, timeZone, messages: texts }} />
    </Section>
  );
}
