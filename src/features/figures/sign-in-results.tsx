import { getTranslations } from "next-intl/server";
import { offeredWaysIn } from "@/access/identity/sign-in";
import { getFormatter } from "@/i18n/formatter";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/ui/table";
import type { Figures } from "./queries";
import { sum } from "./series";

const REASONS = ["wrong", "banned", "unverified_email", "limited"] as const;
const WORDS = ["password", "passkey", "email", "two_step"] as const;

/** By way in: how many came in, how many did not, and why not. */
export async function SignInResults({ figures: { splits, series } }: { figures: Figures }) {
  const [t, format] = await Promise.all([getTranslations("figures"), getFormatter()]);
  const names = new Map(offeredWaysIn().map(({ id, name }) => [id, name]));
  const nameOf = (method: string) => {
    const word = WORDS.find((one) => one === method);
    return word ? t(`methods.${word}`) : (names.get(method) ?? method);
  };
  const counts = new Map(splits["signin.done"].map(({ name, value }) => [`${name}:done`, value]));
  for (const { name, value } of splits["signin.failed"]) counts.set(name, value);
  const limited = sum(series["signin.limited"]) ?? 0;
  if (limited > 0) counts.set("password:limited", limited);
  const methods = [...new Set([...counts.keys()].map((key) => key.slice(0, key.lastIndexOf(":"))))];
  const reasons = REASONS.filter((reason) => [...counts.keys()].some((key) => key.endsWith(`:${reason}`)));
  if (methods.length === 0) return <p className="text-muted">{t("nothing")}</p>;
  return (
    <Table label={t("results")}>
      <TableCaption>{t("results")}</TableCaption>
      <TableHeader>
        <tr>
          <TableHead>{t("method")}</TableHead>
          <TableHead numeric>{t("done")}</TableHead>
          {reasons.map((reason) => (
            <TableHead key={reason} numeric>
              {t(`reasons.${reason}`)}
            </TableHead>
          ))}
        </tr>
      </TableHeader>
      <TableBody>
        {methods.map((method) => (
          <TableRow key={method}>
            <TableCell>{nameOf(method)}</TableCell>
            {["done", ...reasons].map((result) => (
              <TableCell key={result} numeric>
                {format.number(counts.get(`${method}:${result}`) ?? 0)}
              </TableCell>
            ))}
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
