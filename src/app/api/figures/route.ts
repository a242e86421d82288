import { handler } from "@/access/door";
import { exportFigures } from "@/features/figures/queries";
import { figuresCsvSchema, rangeOf } from "@/features/figures/schema";

/** The daily figures as CSV: all of them, or one, of the range of /admin. */
export const GET = handler(
  { can: ["read", "Dashboard"], rate: "read" },
  { query: figuresCsvSchema, answer: "csv" },
  async ({ query }, entry) => {
    const { figure, ...range } = query;
    const name = figure ? `figures-${figure}.csv` : "figures.csv";
    const headers = { "Content-Type": "text/csv; charset=utf-8", "Content-Disposition": `attachment; filename="${name}"` };
    return new Response(await exportFigures(entry, rangeOf(range), figure), { headers });
  },
);
