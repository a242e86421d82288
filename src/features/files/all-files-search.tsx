import { getTranslations } from "next-intl/server";
import { dayText } from "@/lib/query-string";
import { Input } from "@/ui/input";
import { Label } from "@/ui/label";
import { SearchForm } from "@/ui/search-form";
import { Select } from "@/ui/select";
import { allFilesAddress } from "./address";
import { ALL_KINDS, type AllFilesQuery, FILE_SIZES } from "./schema";

/** By name and owner, kind, size and day, and in which order. */
export async function AllFilesSearch({ query }: { query: AllFilesQuery }) {
  const t = await getTranslations("files");
  const { q, owner, sort } = query;
  const isFiltered = allFilesAddress({ ...query, q: undefined, sort: undefined }) !== "/admin/files";
  const choices = (name: "kind" | "size" | "sort", options: [value: string, text: string][]) => (
    <div className="grid gap-1.5">
      <Label htmlFor={`files-${name}`}>{t(`by.${name}`)}</Label>
      <Select id={`files-${name}`} name={name} defaultValue={query[name] ?? ""}>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </Select>
    </div>
  );
  const days = (name: "from" | "to") => (
    <div className="grid gap-1.5">
      <Label htmlFor={`files-${name}`}>{t(`by.${name}`)}</Label>
      <Input id={`files-${name}`} name={name} type="date" defaultValue={dayText(query[name])} />
    </div>
  );
  return (
    <SearchForm
      action="/admin/files"
      id="files-search"
      value={q}
      maxLength={100}
      isSet={Boolean(q || sort) || isFiltered}
      texts={{ label: t("searchLabel"), submit: t("searchButton"), clear: t("clearSearch") }}
    >
      <details open={isFiltered || sort !== undefined} className="mb-1 w-full">
        <summary className="w-fit cursor-pointer py-1 text-muted text-sm hover:text-foreground">{t("filters")}</summary>
        <div className="mt-2 grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
          <div className="grid gap-1.5">
            <Label htmlFor="files-owner">{t("by.owner")}</Label>
            <Input id="files-owner" name="owner" defaultValue={owner} maxLength={100} autoComplete="off" />
          </div>
          {choices("kind", [["", t("any")], ...ALL_KINDS.map((kind): [string, string] => [kind, t(`kind.${kind}`)])])}
          {choices("size", [["", t("any")], ...FILE_SIZES.map((size): [string, string] => [size, t("atLeast", { size: Number(size) })])])}
          {days("from")}
          {days("to")}
          {choices("sort", [
            ["", t("newestFirst")],
            ["size", t("largestFirst")],
          ])}
        </div>
      </details>
    </SearchForm>
  );
}
