import { getTranslations } from "next-intl/server";
import { Button, buttonVariants } from "@/ui/button";
import { Input } from "@/ui/input";
import { SearchKey } from "@/ui/search-key";
import { SoftLink } from "@/ui/soft-link";
import type { OrganizationsQuery } from "./schema";

/** A plain form of GET, so that what is looked for is an address; `/` jumps to it. */
export async function OrganizationSearch({ query: { q } }: { query: OrganizationsQuery }) {
  const t = await getTranslations("organizations");
  return (
    <search className="mb-4 block">
      <form action="/admin/organizations" className="flex flex-wrap gap-2">
        <Input
          id="organizations-search"
          name="q"
          type="search"
          defaultValue={q}
          maxLength={100}
          placeholder={t("search")}
          aria-label={t("search")}
          aria-keyshortcuts="/"
          className="min-w-40 flex-1 sm:max-w-72"
        />
        <Button type="submit" variant="secondary">
          {t("searchButton")}
        </Button>
        {q && (
          <SoftLink href="/admin/organizations" className={buttonVariants({ variant: "ghost" })}>
            {t("clear")}
          </SoftLink>
        )}
        <SearchKey inputId="organizations-search" />
      </form>
    </search>
  );
}
