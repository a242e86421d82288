import { unguarded } from "@/lib/csv";
import { fromAuthJs } from "./from-auth-js";
import { fromBetterAuth } from "./from-better-auth";
import { fromClerk } from "./from-clerk";
import { fromFoyer } from "./from-foyer";
import { fromSupabase } from "./from-supabase";
import type { ImportFormat } from "./limits";
import { type Checked, check, type Draft } from "./person";
import type { SourceRow, UnreadableRow } from "./rows";

const FORMATS: Record<ImportFormat, (values: Record<string, unknown>) => Draft> = {
  clerk: fromClerk,
  supabase: fromSupabase,
  "better-auth": fromBetterAuth,
  authjs: fromAuthJs,
  foyer: fromFoyer,
};

/** The person in a row of this format, looked at, or why there is none. */
export function personIn(source: SourceRow | UnreadableRow, from: ImportFormat): Checked {
  if ("unreadable" in source) return { refused: { subject: "", reason: "unreadable" } };
  return check(FORMATS[from](from === "foyer" && source.isCsv ? withoutGuards(source.values) : source.values));
}

/** Our own export keeps spreadsheets from running a cell. */
function withoutGuards(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, cell]) => [name, typeof cell === "string" ? unguarded(cell) : cell]));
}
