import { getTranslations } from "next-intl/server";
import { SubmitButton } from "@/ui/submit-button";
import { choosePeopleColumns } from "./actions";
import { chosenColumns } from "./columns";
import { COLUMN_WORDS, COLUMNS } from "./schema";

/** A plain form: what is ticked is shown from the next page on, in this browser. */
export async function ColumnChoice() {
  const [t, chosen] = await Promise.all([getTranslations("people"), chosenColumns()]);
  return (
    <details className="mb-4">
      <summary className="w-fit cursor-pointer py-1 text-muted text-sm hover:text-foreground">{t("columns")}</summary>
      <form action={choosePeopleColumns} className="mt-2 flex flex-wrap items-center gap-x-5 gap-y-2">
        <fieldset className="contents">
          <legend className="sr-only">{t("columnsLead")}</legend>
          {COLUMNS.map((column) => (
            <label key={column} className="flex min-h-9 items-center gap-2 text-body">
              <input type="checkbox" name={column} defaultChecked={chosen.includes(column)} className="size-4 accent-ember" />
              {t(COLUMN_WORDS[column])}
            </label>
          ))}
        </fieldset>
        <SubmitButton variant="secondary" size="sm">
          {t("columnsSave")}
        </SubmitButton>
      </form>
    </details>
  );
}
