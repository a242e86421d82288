import { getTranslations } from "next-intl/server";
import { DELETION_DAYS } from "@/access/identity/people-acts";
import { STATUSES } from "@/access/identity/people-filter";
import { IMPORT_NAMES } from "./import/limits";
import { importParamsSchema } from "./import/schema";
import type { ListedJob } from "./queries";
import { bulkParamsSchema, exportParamsSchema, REFUSAL_REASONS } from "./schema";

/** What jobs are called, in the reader's language. */
export async function jobWords() {
  const [t, imports, filtered] = await Promise.all([getTranslations("peopleJobs"), getTranslations("imports"), filterWords()]);
  return {
    /** "Ban", "Export", "Check of a file from Clerk". */
    what({ kind, params }: Pick<ListedJob, "kind" | "params">): string {
      const file = kind === "IMPORT" ? importParamsSchema.safeParse(params).data : undefined;
      if (file) return imports(file.dryRun ? "dryRun" : "import", { from: IMPORT_NAMES[file.from] });
      const bulk = kind === "BULK" ? bulkParamsSchema.safeParse(params).data?.act : undefined;
      if (bulk) return t(`acts.${bulk.act === "role" ? (`role_${bulk.role}` as const) : bulk.act}`, { days: DELETION_DAYS });
      return t(`kinds.${kind}`);
    },
    /** Whom it is about. */
    whom({ kind, params }: Pick<ListedJob, "kind" | "params">): string | null {
      if (kind === "IMPORT") return null;
      // As it lies in the job: the filter as text, as its address says it.
      const { ids, filter = {} } = params as { ids?: string[]; filter?: Record<string, string> };
      if (ids) return t("chosen", { count: ids.length });
      return filtered(filter);
    },
    /** How, where an act has a how: a reason and an end, a format and what is in it. */
    how({ kind, params }: Pick<ListedJob, "kind" | "params">) {
      if (kind === "EXPORT") return exportParamsSchema.safeParse(params).data ?? null;
      const act = kind === "BULK" ? bulkParamsSchema.safeParse(params).data?.act : undefined;
      return act?.act === "ban" ? act : null;
    },
    /** Who asked for it, as far as anybody can be named. */
    who({ by, isAtTerminal }: Pick<ListedJob, "by" | "isAtTerminal">): string {
      return by ?? (isAtTerminal ? t("atTerminal") : t("gone"));
    },
    /** Why a row was left alone. */
    why(reason: string): string {
      const known = REFUSAL_REASONS.find((name) => name === reason);
      // One of another release has no words here: its name is better than nothing.
      return known ? t(`refusals.${known}`) : reason;
    },
  };
}

/** Whom a filter means, in the reader's language. */
export async function filterWords(): Promise<(filter: Record<string, string>) => string> {
  const [t, people] = await Promise.all([getTranslations("peopleJobs"), getTranslations("people")]);
  const labels: Record<string, string> = {
    role: people("role"),
    status: people("status"),
    factor: people("factor"),
    way: people("waysIn"),
  };
  for (const name of ["createdFrom", "createdTo", "seenFrom", "seenTo"] as const) labels[name] = people(name);
  const values: Record<string, string> = { on: people("factorOn"), off: people("factorOff"), password: people("password") };
  for (const role of ["MEMBER", "ADMIN"] as const) values[role] = people(role);
  for (const status of STATUSES) values[status] = people(`is.${status}`);
  return (filter) => {
    const { q, ...rest } = filter;
    const conditions = Object.entries(rest).map(([name, value]) =>
      t("condition", { name: labels[name] ?? name, value: values[value] ?? value }),
    );
    const all = [...(q ? [t("containing", { q })] : []), ...conditions];
    return all.length > 0 ? t("filtered", { filter: all.join(", ") }) : t("everybody");
  };
}
