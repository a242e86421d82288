import { getLocale, getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { getFormatter } from "@/i18n/formatter";
import { EmptyState } from "@/ui/empty-state";
import { Breakdown } from "./breakdown";
import { FigureSection } from "./figure-section";
import { type Figures, getFigures } from "./queries";
import { RetentionGrid } from "./retention-grid";
import type { FiguresQuery, Range } from "./schema";
import { ends, spansOf, sums } from "./series";
import { SeriesChart } from "./series-chart";
import { SignInResults } from "./sign-in-results";
import { SignUpFunnel } from "./sign-up-funnel";
import { StatTiles } from "./stat-tiles";

type OverviewProps = { entry: Entry; query: FiguresQuery; range: Range };

/** All figures of a range. */
export async function FiguresOverview({ entry, query, range }: OverviewProps) {
  const [figures, t, format] = await Promise.all([getFigures(entry, range), getTranslations("figures"), getFormatter()]);
  if (!figures.computedAt) return <EmptyState drawing="lens" title={t("emptyTitle")} description={t("emptyBody")} />;
  const { splits, series, cohorts, computedAt } = figures;
  return (
    <div className="grid gap-12">
      <div className="grid gap-4">
        <p className="text-muted text-sm">
          {t("computed", { when: format.dateTime(computedAt, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" }) })}
        </p>
        <StatTiles figures={figures} />
      </div>
      <Curves figures={figures} query={query} />
      <FigureSection figure="signins" query={query} title={t("results")} description={t("resultsLead")}>
        <SignInResults figures={figures} />
      </FigureSection>
      <FigureSection figure="signups" query={query} title={t("signUps")} description={t("signUpsLead")}>
        <SignUpFunnel series={series} />
      </FigureSection>
      <FigureSection figure="retention" query={query} title={t("retention")} description={t("retentionLead")}>
        <RetentionGrid cohorts={cohorts} />
      </FigureSection>
      <Breakdowns splits={splits} query={query} />
    </div>
  );
}

/** What changes from day to day. */
async function Curves({ figures: { range, series }, query }: { figures: Figures; query: FiguresQuery }) {
  const t = await getTranslations("figures");
  const spans = spansOf(range);
  return (
    <>
      <FigureSection figure="active" query={query} title={t("activePeople")} description={t("activeLead")}>
        <SeriesChart
          title={t("activePeople")}
          kind="lines"
          spans={spans}
          series={[
            { name: t("activeDay"), mark: "subject", values: ends(spans, series["active.day"]) },
            { name: t("activeWeek"), mark: "dashed", values: ends(spans, series["active.week"]) },
            { name: t("activeMonth"), mark: "dotted", values: ends(spans, series["active.month"]) },
          ]}
        />
      </FigureSection>
      <div className="grid gap-12 lg:grid-cols-2 lg:gap-8">
        <FigureSection figure="people" query={query} title={t("newPeople")} description={t("newLead")}>
          <SeriesChart
            title={t("newPeople")}
            kind="bars"
            spans={spans}
            series={[{ name: t("newPeople"), mark: "subject", values: sums(spans, series["people.new"]) }]}
          />
        </FigureSection>
        <FigureSection figure="signins" query={query} title={t("signIns")} description={t("signInsLead")}>
          <SeriesChart
            title={t("signIns")}
            kind="bars"
            spans={spans}
            series={[
              { name: t("done"), mark: "subject", values: sums(spans, series["signin.done"]) },
              { name: t("failed"), mark: "hollow", values: sums(spans, series["signin.failed"]) },
            ]}
          />
        </FigureSection>
      </div>
    </>
  );
}

/** What people come with, and from where. */
async function Breakdowns({ splits, query }: { splits: Figures["splits"]; query: FiguresQuery }) {
  const [t, locale] = await Promise.all([getTranslations("figures"), getLocale()]);
  const countries = new Intl.DisplayNames([locale], { type: "region" });
  const devices = { desktop: t("desktop"), phone: t("phone"), tablet: t("tablet") };
  return (
    <>
      <FigureSection figure="devices" query={query} title={t("devices")} description={t("devicesLead")}>
        <div className="grid gap-8 lg:grid-cols-3">
          <Breakdown title={t("device")} rows={splits.device} nameOf={(name) => (name in devices ? devices[name as "phone"] : name)} />
          <Breakdown title={t("browser")} rows={splits.browser} />
          <Breakdown title={t("system")} rows={splits.system} />
        </div>
      </FigureSection>
      {splits.country.length > 0 && (
        <FigureSection figure="countries" query={query} title={t("countries")} description={t("countriesLead")}>
          <Breakdown title={t("country")} rows={splits.country} nameOf={(code) => countries.of(code) ?? code} />
        </FigureSection>
      )}
    </>
  );
}
