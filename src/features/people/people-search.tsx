import { getTranslations } from "next-intl/server";
import { SearchForm } from "@/ui/search-form";
import { PeopleFilters } from "./people-filters";
import { filtersOf, type PeopleQuery } from "./schema";

/** Search, order and filters of the table, as one form. */
export async function PeopleSearch({ query }: { query: PeopleQuery }) {
  const { q, sort, dir } = query;
  const t = await getTranslations("people");
  const isFiltered = Object.values(filtersOf(query)).some((value) => value !== undefined);
  return (
    <SearchForm
      action="/admin/users"
      id="people-search"
      value={q}
      maxLength={100}
      isSet={Boolean(q) || isFiltered}
      texts={{ label: t("search"), submit: t("searchButton"), clear: t("clear") }}
    >
      <input type="hidden" name="sort" value={sort} />
      {dir && <input type="hidden" name="dir" value={dir} />}
      <PeopleFilters query={query} open={isFiltered} />
    </SearchForm>
  );
}
