import { getTranslations } from "next-intl/server";
import { getFormatter } from "@/i18n/formatter";
import type { Figures } from "./queries";
import { end, sum } from "./series";

/** The four numbers of a range, each beside what it was in as many days before. */
export async function StatTiles({ figures: { series, before, range } }: { figures: Figures }) {
  const [t, format] = await Promise.all([getTranslations("figures"), getFormatter()]);
  const failed = (of: Figures["series"]) => sum([...of["signin.failed"], ...of["signin.limited"]]) ?? 0;
  const tiles = [
    { name: t("people"), note: t("peopleNote"), now: end(series.people), previous: end(before.people) },
    { name: t("new"), note: t("newNote"), now: sum(series["people.new"]), previous: sum(before["people.new"]) },
    { name: t("active"), note: t("activeNote"), now: end(series["active.month"]), previous: end(before["active.month"]) },
    {
      name: t("signIns"),
      note: t("failedNote", { count: failed(series), shown: format.number(failed(series)) }),
      now: sum(series["signin.done"]),
      previous: sum(before["signin.done"]),
    },
  ];
  const compared = (now: number, previous: number | null) => {
    if (previous === null) return t("noneBefore");
    if (now === previous) return t("same");
    if (previous === 0) return t("fromNothing");
    const percent = format.number(Math.abs(now / previous - 1), { style: "percent", maximumFractionDigits: now / previous < 2 ? 1 : 0 });
    return now > previous ? t("more", { percent }) : t("fewer", { percent });
  };
  return (
    <dl className="grid grid-cols-2 overflow-hidden rounded-lg border bg-surface lg:grid-cols-4">
      {tiles.map(({ name, note, now, previous }, index) => (
        <div
          key={name}
          className={`grid content-start gap-1 p-4 sm:p-5 ${index > 0 ? "lg:border-s" : ""} ${index % 2 ? "max-lg:border-s" : ""} ${index > 1 ? "max-lg:border-t" : ""}`}
        >
          <dt className="text-muted text-sm">{name}</dt>
          <dd className="font-semibold text-xl tabular-nums tracking-[-0.015em]">{now === null ? "–" : format.number(now)}</dd>
          <dd className="text-foreground text-sm">{now === null ? t("nothingYet") : compared(now, previous)}</dd>
          <dd className="text-faint text-sm">{note}</dd>
        </div>
      ))}
      <div className="col-span-full border-t px-5 py-2.5 text-faint text-sm">
        <dt className="sr-only">{t("compared")}</dt>
        <dd>{t("comparedNote", { count: range.days })}</dd>
      </div>
    </dl>
  );
}
