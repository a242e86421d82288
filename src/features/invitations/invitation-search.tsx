import { getTranslations } from "next-intl/server";
import { SearchForm } from "@/ui/search-form";
import { Select } from "@/ui/select";
import { type InvitationsQuery, STATES } from "./schema";

/** By address, and by what became of it. */
export async function InvitationSearch({ query: { q, state } }: { query: InvitationsQuery }) {
  const t = await getTranslations("invitations");
  const states = (
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
  );
  return (
    <SearchForm
      action="/admin/invitations"
      id="invitations-search"
      value={q}
      maxLength={254}
      isSet={Boolean(q || state)}
      texts={{ label: t("search"), submit: t("searchButton"), clear: t("clear") }}
      beside={states}
    />
  );
}
