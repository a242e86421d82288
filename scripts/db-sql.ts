import pg from "pg";
import { withClient } from "./migrate";
import { counted, UserError } from "./terminal.mjs";

const USAGE = `Usage: npm run db:sql -- 'SELECT count(*) FROM "User"'\nSeveral statements are separated by semicolons, and done all or not at all.`;

/** `npm run db:sql -- 'STATEMENT'`: does it as the owner of the site's database and prints the rows it gives, or how many it changed. */
export async function runSql(url: string, args: string[]): Promise<number> {
  const text = args.join(" ").trim();
  if (text === "") throw new UserError(USAGE);
  const answers = await withClient(url, (client) => client.query(text)).catch((error: unknown) => {
    if (error instanceof pg.DatabaseError) throw new UserError(`PostgreSQL: ${error.message}`);
    throw error;
  });
  // pg gives a list for several statements, which its types do not say.
  for (const { command, rows, rowCount, fields } of [answers].flat()) {
    if (fields.length > 0) console.table(rows.map(shown));
    process.stdout.write(`${rowCount === null ? command : `${command}: ${counted(rowCount, "row")}`}\n`);
  }
  return 0;
}

function shown(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, cell(value)]));
}

/** A moment as PostgreSQL takes it, bytes in hex, what has parts as JSON: each in one cell. */
function cell(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Buffer.isBuffer(value)) return value.toString("hex");
  return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
}
