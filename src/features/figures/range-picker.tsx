import { getTranslations } from "next-intl/server";
import { dayText } from "@/lib/query-string";
import { Button, buttonVariants } from "@/ui/button";
import { Input } from "@/ui/input";
import { Label } from "@/ui/label";
import { SoftLink } from "@/ui/soft-link";
import { figuresAddress } from "./address";
import { isoDay } from "./days";
import { type FiguresQuery, RANGES, type Range } from "./schema";

/** So many days until today by a link each, any others by a plain form of GET: the range is in the address. */
export async function RangePicker({ query, range }: { query: FiguresQuery; range: Range }) {
  const t = await getTranslations("figures");
  const isOwn = Boolean(query.from || query.to);
  const chosen = isOwn ? null : (query.range ?? "30");
  return (
    <search className="mb-8 flex flex-wrap items-end justify-between gap-x-6 gap-y-4">
      <nav aria-label={t("range")} className="-ms-2.5 flex flex-wrap gap-1">
        {RANGES.map((days) => (
          <SoftLink
            key={days}
            href={figuresAddress("/admin", { range: days })}
            aria-current={days === chosen ? "true" : undefined}
            className={buttonVariants({ variant: days === chosen ? "secondary" : "ghost", size: "sm" })}
          >
            {t(`ranges.${days}`)}
          </SoftLink>
        ))}
      </nav>
      <form action="/admin" className="flex flex-wrap items-end gap-3">
        <div className="grid gap-1.5">
          <Label htmlFor="figures-from">{t("from")}</Label>
          <Input id="figures-from" name="from" type="date" required defaultValue={dayText(query.from) ?? isoDay(range.from)} />
        </div>
        <div className="grid gap-1.5">
          <Label htmlFor="figures-to">{t("to")}</Label>
          <Input id="figures-to" name="to" type="date" required defaultValue={dayText(query.to) ?? isoDay(range.to)} />
        </div>
        <Button type="submit" variant="secondary">
          {t("show")}
        </Button>
      </form>
    </search>
  );
}
