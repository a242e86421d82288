import { createHash } from "node:crypto";
import { createReadStream, existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { IMPORT_FORMATS, type ImportFormat } from "../src/features/people-jobs/import/limits";
import { valueText } from "../src/features/people-jobs/import/shown";
import { openReport } from "./import-report";
import { importFile } from "./import-run";
import { onSite } from "./on-site";
import { counted, UserError } from "./terminal.mjs";

const USAGE = `npm run import -- --from ${IMPORT_FORMATS.join("|")} FILE [--dry-run] [--roles] [--report FILE.csv]`;
/** Any number of ours: the first half of the lock that keeps one file from being imported by two at once. */
const LOCK = 0x666f79_23;
const SHOWN = 20;

/**
 * `npm run import`: people from elsewhere. `--dry-run` says what would change and writes nothing; killed anywhere, the same
 * command goes on where it was; run again afterwards, it changes nothing. `--report` gets every difference and every refused row.
 */
export async function main(args: string[]): Promise<number> {
  const asked = readArguments(args);
  const digest = await digestOf(asked.path);
  const lock = { number: LOCK, of: digest, taken: "Another process is importing this file just now." };
  return onSite(lock, () => run({ ...asked, digest }));
}

async function run(asked: Asked & { digest: string }): Promise<number> {
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const report = asked.report ? openReport(asked.report) : null;
  let shown = 0;
  const total = await importFile(asked, {
    onResume: (row) => say(`Goes on after row ${row}, where it was interrupted.`),
    onProgress: ({ rows }) => say(`  ${counted(rows, "row")}`),
    onBatch: async ({ changes, refusals }) => {
      await report?.write(changes, refusals);
      if (report || !asked.dryRun) return;
      for (const { row, subject, kind, differences } of changes.slice(0, Math.max(0, SHOWN - shown))) {
        shown++;
        say(`  row ${row}  ${subject}  ${kind}`);
        for (const { field, before, after } of differences)
          say(`    ${field}: ${valueText(before) ?? "nothing"} → ${valueText(after) ?? "nothing"}`);
      }
    },
    onRefusal: ({ row, subject, words, field }) => say(`  row ${row}  ${subject}  refused: ${words}${field ? ` (${field})` : ""}`),
  });
  await report?.close();
  const { created, changed, unchanged, refused } = total;
  say(`${asked.dryRun ? "It would be" : "Done:"} ${created} new, ${changed} changed, ${unchanged} as they were, ${refused} refused.`);
  if (report) say(`Every difference and every refused row: ${asked.report}`);
  else if (asked.dryRun && created + changed > shown) say(`The first ${shown} differences; --report FILE.csv has all.`);
  return 0;
}

interface Asked {
  from: ImportFormat;
  path: string;
  dryRun: boolean;
  roles: boolean;
  report: string | null;
}

function readArguments(args: string[]): Asked {
  const { values, positionals } = parsed(args);
  const from = IMPORT_FORMATS.find((format) => format === values.from);
  const [file, ...more] = positionals;
  if (!from) throw new UserError(`Say where the file comes from: ${USAGE}`);
  if (!file || more.length > 0) throw new UserError(`Name one file: ${USAGE}`);
  // npm runs this in the project's folder, whatever folder it was called in.
  const here = process.env.INIT_CWD ?? process.cwd();
  const path = resolve(here, file);
  if (!existsSync(path) || !statSync(path).isFile()) throw new UserError(`There is no file ${path}.`);
  const report = values.report === undefined ? null : resolve(here, values.report);
  return { from, path, dryRun: values["dry-run"] ?? false, roles: values.roles ?? false, report };
}

function parsed(args: string[]) {
  const options = {
    from: { type: "string" },
    "dry-run": { type: "boolean" },
    roles: { type: "boolean" },
    report: { type: "string" },
  } as const;
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : error}\n${USAGE}`);
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
