import { getLocale, getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { Alert } from "@/ui/alert";
import { formatBytes } from "@/ui/format-bytes";
import { RelativeTime } from "@/ui/relative-time";
import { Section } from "@/ui/section";
import { SoftLink } from "@/ui/soft-link";
import { SubmitButton } from "@/ui/submit-button";
import { countStorage } from "./actions";
import { NoAnswer } from "./no-answer";
import { getStorage } from "./queries";

/** How much lies in the store, who takes the most of it, and what does not fit together, as the worker found it. */
export async function StorageSection({ entry }: { entry: Entry }) {
  const [found, t, locale] = await Promise.all([getStorage(entry), getTranslations("system"), getLocale()]);
  if (!found) return <NoAnswer title={t("storage")} text={t("noAnswer")} />;
  const { census, owners, isRunning, isFailed } = found;
  return (
    <Section
      title={t("storage")}
      description={
        census
          ? t.rich("storageIs", {
              size: formatBytes(census.bytes, locale),
              files: census.files,
              objects: census.objects,
              time: () => <RelativeTime date={census.finishedAt} locale={locale} />,
            })
          : t("storageNever")
      }
      action={
        <form action={countStorage}>
          <SubmitButton variant="secondary" size="sm" pending={isRunning}>
            {t("lookNow")}
          </SubmitButton>
        </form>
      }
    >
      {isRunning && <p className="text-body text-muted">{t("looking")}</p>}
      {isFailed && <Alert tone="warning">{t("lookFailed")}</Alert>}
      {census && (
        <>
          <Kept title={t("orphans", { count: census.orphans })} names={found.orphans} lead={t("orphansLead")} none={t("orphansNone")} />
          <Kept title={t("missing", { count: census.missing })} names={found.missing} lead={t("missingLead")} none={t("missingNone")} />
        </>
      )}
      {owners.length > 0 && <h3 className="font-medium text-body">{t("owners")}</h3>}
      {owners.length > 0 && (
        <ol className="divide-y rounded-lg border bg-surface text-body">
          {owners.map(({ id, name, bytes, files }) => (
            <li key={id} className="flex flex-wrap items-baseline gap-x-4 gap-y-0.5 px-4 py-2.5">
              <span className="min-w-0 flex-1 basis-48 [overflow-wrap:anywhere]">
                <SoftLink href={`/admin/users/${id}`} className="font-medium hover:underline">
                  {name ?? t("gone")}
                </SoftLink>
              </span>
              <span className="text-muted tabular-nums">{t("ownerFiles", { count: files })}</span>
              <span className="w-24 text-end tabular-nums">{formatBytes(bytes, locale)}</span>
            </li>
          ))}
        </ol>
      )}
      {census && <p className="text-muted text-sm">{t("storageDaily")}</p>}
    </Section>
  );
}

/** How many there are, and behind a click the first of them. */
function Kept({ title, names, lead, none }: { title: string; names: string[]; lead: string; none: string }) {
  if (names.length === 0) return <p className="text-body text-muted">{none}</p>;
  return (
    <details className="rounded-lg border bg-surface text-body">
      <summary className="cursor-pointer px-4 py-2.5 font-medium hover:bg-hover">{title}</summary>
      <div className="grid gap-2 border-t px-4 py-3">
        <p className="text-muted">{lead}</p>
        <ul className="font-mono text-xs leading-5 [overflow-wrap:anywhere]">
          {names.map((name) => (
            <li key={name}>{name}</li>
          ))}
        </ul>
      </div>
    </details>
  );
}
