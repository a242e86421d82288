import { getTranslations } from "next-intl/server";
import { DELETION_DAYS } from "@/access/identity/people-acts";
import type { ListedJob } from "./queries";
import { bulkParamsSchema, exportParamsSchema, REFUSAL_REASONS } from "./schema";

/** What jobs are called, in the reader's language. */
export async function jobWords() {
  const t = await getTranslations("peopleJobs");
  return {
    /** "Ban", "Export", "Import". */
    what({ kind, params }: Pick<ListedJob, "kind" | "params">): string {
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
      const conditions = Object.entries(filter).map(([name, value]) => `${name} = ${value}`);
      return conditions.length > 0 ? t("filtered", { filter: conditions.join(", ") }) : t("everybody");
    },
    /** How, where an act has a how: a reason and an end, a format and what is in it. */
    how({ kind, params }: Pick<ListedJob, "kind" | "params">) {
      if (kind === "EXPORT") return exportParamsSchema.safeParse(params).data ?? null;
      const act = kind === "BULK" ? bulkParamsSchema.safeParse(params).data?.act : undefined;
      return act?.act === "ban" ? act : null;
    },
    /** Why a row was left alone. */
    why(reason: string): string {
      const known = REFUSAL_REASONS.find((name) => name === reason);
      // One of another release has no words here: its name is better than nothing.
      return known ? t(`refusals.${known}`) : reason;
    },
  };
}
