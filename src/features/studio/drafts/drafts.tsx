import { getLocale, getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { RelativeTime } from "@/ui/relative-time";
import { Section } from "@/ui/section";
import { JobCard } from "../jobs/job-card";
import { isLiving } from "../jobs/job-feed";
import { DeleteDraft } from "./delete-draft";
import { DraftButton } from "./draft-button";
import { DraftCard } from "./draft-card";
import { listDrafts } from "./queries";
import { draftsAreOffered } from "./start";

/** The drafts of one's own book or post, with the button that asks for another; nothing where no model can be asked and none is there. */
export async function Drafts({ entry, of }: { entry: Entry; of: { bookId: string } | { blogPostId: string } }) {
  const [drafts, t, locale] = await Promise.all([listDrafts(entry, of), getTranslations("drafts"), getLocale()]);
  const offered = draftsAreOffered();
  if (!offered && drafts.length === 0) return null;
  return (
    <div className="mt-12">
      <Section title={t("title")} description={t("lead")}>
        {offered && <DraftButton of={of} />}
        {drafts.length > 0 && (
          <ol className="grid grid-cols-[minmax(0,1fr)] gap-4">
            {drafts.map((draft) => (
              <li key={draft.job.id}>
                {draft.job.status === "COMPLETED" ? (
                  <DraftCard draft={draft} of={of} />
                ) : (
                  <div className="grid grid-cols-[minmax(0,1fr)] gap-2">
                    <JobCard job={draft.job} what={draft.prompt} results="none" />
                    {!isLiving(draft.job) && (
                      <div className="flex items-center justify-between gap-4">
                        <p className="text-muted text-sm">
                          <RelativeTime date={draft.createdAt} locale={locale} />
                        </p>
                        <DeleteDraft id={draft.job.id} />
                      </div>
                    )}
                  </div>
                )}
              </li>
            ))}
          </ol>
        )}
      </Section>
    </div>
  );
}
