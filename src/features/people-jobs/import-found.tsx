import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { Alert } from "@/ui/alert";
import { Section } from "@/ui/section";
import { ImportDifferences } from "./import-differences";
import type { ImportFound as Found, ListedJob } from "./queries";
import { StartImportForm } from "./start-import-form";

/** How many are, or would be, new or another one. */
export async function ImportCounts({ job: { isCheck, refused }, found: { found } }: { job: ListedJob; found: Found }) {
  const t = await getTranslations("imports");
  const { created, changed, unchanged } = found;
  return <span className="tabular-nums">{t(isCheck ? "wouldCounts" : "counts", { created, changed, unchanged, refused })}</span>;
}

type ImportFoundProps = { entry: Entry; job: ListedJob; found: Found; recentlyProven: boolean };

/** What an import or the check of a file found so far, and what may be done next. */
export async function ImportFound({ entry, job: { id, status, isCheck }, found: { found, hasFile }, recentlyProven }: ImportFoundProps) {
  const t = await getTranslations("imports");
  const toImport = found.created + found.changed;
  const isChecked = status === "DONE" && isCheck;
  return (
    <>
      <div className="grid gap-4 empty:hidden">
        {isChecked && !hasFile && <Alert>{t("wentOver")}</Alert>}
        {isChecked && toImport === 0 && <Alert>{t("nothingWould")}</Alert>}
        {isChecked && hasFile && toImport > 0 && entry.ability.can("create", "PeopleJob") && (
          <div className="flex flex-wrap items-center gap-x-5 gap-y-3 rounded-lg border px-4 py-3">
            <p className="flex-1 basis-72 text-body text-muted">{recentlyProven ? t("startLead") : t("confirmFirst")}</p>
            {recentlyProven && <StartImportForm id={id} label={t("start", { count: toImport })} />}
          </div>
        )}
      </div>
      {found.shown.length > 0 && (
        <Section
          title={t("wouldTitle")}
          description={t.rich("firstShown", {
            count: found.shown.length,
            all: (chunks) =>
              hasFile ? (
                <a href={`/api/people-jobs/${id}/report`} download className="link">
                  {chunks}
                </a>
              ) : null,
          })}
        >
          <ImportDifferences shown={found.shown} />
        </Section>
      )}
    </>
  );
}
