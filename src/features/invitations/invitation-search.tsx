import { getTranslations } from "next-intl/server";
import { Button, buttonVariants } from "@/ui/button";
import { Input } from "@/ui/input";
import { SearchKey } from "@/ui/search-key";
import { Select } from "@/ui/select";
import { SoftLink } from "@/ui/soft-link";
import { type InvitationsQuery, STATES } from "./schema";

/** A plain form of GET, so that what is looked for is an address; `/` jumps to it. */
export async function InvitationSearch({ query: { q, state } }: { query: InvitationsQuery }) {
  const t = await getTranslations("invitations");
  return (
    <search className="mb-4 block">
      <form action="/admin/invitations" className="flex flex-wrap gap-2">
        <Input
          id="invitations-search"
          name="q"
          type="search"
          defaultValue={q}
          maxLength={254}
          placeholder={t("search")}
          aria-label={t("search")}
          aria-keyshortcuts="/"
          className="min-w-40 flex-1 max-sm:basis-full sm:max-w-72"
        />
        <div className="w-40">
          <Select name="state" aria-label={t("state")} defaultValue={state ?? ""}>
            <option value="">{t("any")}</option>
            {STATES.map((one) => (
              <option key={one} value={one}>
                {t(`is.${one}`)}
              </option>
            ))}
          </Select>
        </div>
        <Button type="submit" variant="secondary">
          {t("searchButton")}
        </Button>
        {(q || state) && (
          <SoftLink href="/admin/invitations" className={buttonVariants({ variant: "ghost" })}>
            {t("clear")}
          </SoftLink>
        )}
        <SearchKey inputId="invitations-search" />
      </form>
    </search>
  );
}
