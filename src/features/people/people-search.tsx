import { getTranslations } from "next-intl/server";
import { Button, buttonVariants } from "@/ui/button";
import { Input } from "@/ui/input";
import { SearchKey } from "@/ui/search-key";
import { SoftLink } from "@/ui/soft-link";
import { PeopleFilters } from "./people-filters";
import { filtersOf, type PeopleQuery } from "./schema";

/** A plain form of GET, so that a search is an address; `/` jumps to it. */
export async function PeopleSearch({ query }: { query: PeopleQuery }) {
  const { q, sort, dir } = query;
  const t = await getTranslations("people");
  const isFiltered = Object.values(filtersOf(query)).some((value) => value !== undefined);
  return (
    <search className="mb-4 block">
      <form action="/admin/users" className="flex flex-wrap gap-2">
        <Input
          id="people-search"
          name="q"
          type="search"
          defaultValue={q}
          maxLength={100}
          placeholder={t("search")}
          aria-label={t("search")}
          aria-keyshortcuts="/"
          className="min-w-40 flex-1 sm:max-w-72"
        />
        <input type="hidden" name="sort" value={sort} />
        {dir && <input type="hidden" name="dir" value={dir} />}
        <Button type="submit" variant="secondary">
          {t("searchButton")}
        </Button>
        {(q || isFiltered) && (
          <SoftLink href="/admin/users" className={buttonVariants({ variant: "ghost" })}>
            {t("clear")}
          </SoftLink>
        )}
        <SearchKey inputId="people-search" />
        <PeopleFilters query={query} open={isFiltered} />
      </form>
    </search>
  );
}
