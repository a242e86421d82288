import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { startCluster } from "../tests/support/postgres";
import { requireClient } from "./build";
import { everyMutant, type Mutant } from "./mutants-guards";
import { type Line, linesOf } from "./mutants-lines";
import { copyTree, restore, vitest, writeSwitched, writeWithout } from "./mutants-tree";
import { root } from "./root";
import { stopSignal } from "./supervisor";

const LINES = join(root, "test-results", "mutants.jsonl");
const TABLE = "tests/rules.test.ts";
/** They look at the sources as they are written, a test a file or a line, whose title begins with the file. */
const WRITTEN = ["tests/doors.test.ts", "tests/questions.test.ts", "tests/house.test.ts"];
/** They ask the production server, into which no mutant is built. */
const NOT_ASKED = /support\/server"|from "\.\/support\/(?:e2e|watch)/;
const WRITTEN_MARK = "written: ";
/** All tests pass through these two: who asks about them. */
const ASKED: Record<string, string[]> = {
  "src/access/rules.ts": ["rules", "impersonation"],
  "src/access/door.ts": ["rules", "impersonation", "limits", "freshness", "accounts", "profiles", "files-upload"],
};

/**
 * `npm run test:mutants [-- TEST … | --list | --resume]`: takes each guard away in turn, in a copy of the tree (the rule of a page,
 * an action or a handler, a line of the policy and its condition, a question asked inside), and asks the tests that pass it.
 * Prints what nobody noticed; exit code 1 when that is more than one in twenty. `--resume` takes over what an earlier run has seen
 * of the same source, and asks the tests that it did not get to, or those named.
 */
export async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    options: { list: { type: "boolean" }, resume: { type: "boolean" } },
    allowPositionals: true,
  });
  const mutants = everyMutant();
  if (values.list) {
    for (const mutant of mutants) process.stdout.write(`${mutant.kind.padEnd(36)} ${name(mutant)}\n`);
    return 0;
  }
  const signal = stopSignal();
  await requireClient(signal);
  const before = values.resume && existsSync(LINES) ? linesOf(LINES) : [];
  // Who was asked before may be asked again: a test that was added is the last.
  const kept = before.filter((line) => "file" in line || line.noticed);
  mkdirSync(dirname(LINES), { recursive: true });
  writeFileSync(LINES, kept.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const done = kept.flatMap((line) => ("file" in line ? [line.file] : []));
  const tests = testFiles().filter((test) =>
    positionals.length > 0 ? positionals.some((part) => test.includes(part)) : !done.includes(test),
  );
  await askAll(mutants, tests, signal);
  return summarise(mutants, linesOf(LINES));
}

async function askAll(mutants: Mutant[], tests: string[], signal: AbortSignal): Promise<void> {
  const cluster = await startCluster();
  const tree = copyTree();
  try {
    const switchable = mutants.filter(({ around }) => around !== undefined);
    process.stdout.write(`${mutants.length} guards, ${tests.length} test files\n`);
    writeSwitched(tree, switchable);
    const only = switchable.flatMap(({ id, file }) => (ASKED[file] ? [[id, ASKED[file].map((test) => `tests/${test}.test.ts`)]] : []));
    const env = { MUTANTS_LINES: LINES, MUTANTS_ONLY: JSON.stringify(Object.fromEntries(only)) };
    // The table of the policy first: it has most of its lines to itself, and is quick.
    for (const part of [tests.filter((test) => test === TABLE), tests.filter((test) => test !== TABLE)])
      if (part.length > 0 && !signal.aborted) await vitest(tree, ["--config=scripts/mutants-vitest.ts", ...part], env, signal);
    restore(tree, switchable);
    const noticed = noticedIn(linesOf(LINES));
    await askWritten(
      tree,
      mutants.filter(({ id, replaced }) => replaced !== undefined && !noticed.has(id)),
      signal,
    );
  } finally {
    await cluster.stop();
  }
}

/** What nobody noticed by what it did is asked of the tests that look at how the source is written: one guard of each file at a time. */
async function askWritten(tree: string, mutants: Mutant[], signal: AbortSignal): Promise<void> {
  const report = join(tree, "written.json");
  let left = mutants;
  while (left.length > 0 && !signal.aborted) {
    const round = [...new Map(left.map((mutant) => [mutant.file, mutant])).values()];
    left = left.filter((mutant) => !round.includes(mutant));
    for (const mutant of round) writeWithout(tree, mutant);
    await vitest(tree, [...WRITTEN, "--reporter=json", `--outputFile=${report}`], {}, signal);
    restore(tree, round);
    if (signal.aborted) return;
    const failed = failuresIn(report);
    for (const { id, file } of round) {
      const test = failed.find((title) => title.startsWith(`${file} `));
      note({ id, test: `${WRITTEN_MARK}${test ?? ""}`, noticed: test !== undefined });
    }
  }
}

function failuresIn(report: string): string[] {
  // What vitest's own reporter writes.
  const { testResults }: { testResults: { assertionResults: { status: string; title: string }[] }[] } = JSON.parse(
    readFileSync(report, "utf8"),
  );
  return testResults.flatMap(({ assertionResults }) =>
    assertionResults.flatMap(({ status, title }) => (status === "failed" ? [title] : [])),
  );
}

function note(line: Line): void {
  appendFileSync(LINES, `${JSON.stringify(line)}\n`);
}

/** Every test file that passes the door or what stands behind it. */
function testFiles(): string[] {
  return readdirSync(join(root, "tests"))
    .filter((path) => path.endsWith(".test.ts"))
    .map((path) => `tests/${path}`)
    .filter((path) => {
      const text = readFileSync(join(root, path), "utf8");
      return /"@\/(?:features|access|app)\//.test(text) && !NOT_ASKED.test(text);
    });
}

function noticedIn(lines: Line[]): Map<string, string> {
  return new Map(lines.flatMap((line) => ("id" in line && line.noticed ? [[line.id, line.test]] : [])));
}

function summarise(mutants: Mutant[], lines: Line[]): number {
  const noticed = noticedIn(lines);
  const asked = new Set(lines.flatMap((line) => ("id" in line ? [line.id] : [])));
  const isNoticed = ({ id }: Mutant) => noticed.has(id);
  const isByWhatItDid = ({ id }: Mutant) => noticed.get(id)?.startsWith(WRITTEN_MARK) === false;
  process.stdout.write("\n");
  for (const kind of new Set(mutants.map((mutant) => mutant.kind))) {
    const own = mutants.filter((mutant) => mutant.kind === kind);
    const counts = `${own.filter(isNoticed).length} of ${own.length}, ${own.filter(isByWhatItDid).length} by what went wrong`;
    process.stdout.write(`  ${kind.padEnd(36)} ${counts}\n`);
  }
  for (const mutant of mutants.filter((one) => !isNoticed(one)))
    process.stdout.write(`  ${asked.has(mutant.id) ? "survived " : "not asked"}  ${name(mutant)}\n`);
  const count = mutants.filter(isNoticed).length;
  const share = (count / mutants.length) * 100;
  process.stdout.write(`\n${mutants.length} guards taken away, ${count} noticed: ${share.toFixed(1)} %\n`);
  return share < 95 ? 1 : 0;
}

function name({ file, line, what }: Mutant): string {
  return `${file}:${line}  ${what}`;
}
