import { getTranslations } from "next-intl/server";
import { SearchForm } from "@/ui/search-form";
import type { OrganizationsQuery } from "./schema";

/** By name. */
export async function OrganizationSearch({ query: { q } }: { query: OrganizationsQuery }) {
  const t = await getTranslations("organizations");
  return (
    <SearchForm
      action="/admin/organizations"
      id="organizations-search"
      value={q}
      maxLength={100}
      isSet={Boolean(q)}
      texts={{ label: t("search"), submit: t("searchButton"), clear: t("clear") }}
    />
  );
}
