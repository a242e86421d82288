import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { TestModule } from "vitest/node";
import { requireBuild, requireClient } from "./build";
import { root } from "./root";
import { stopSignal } from "./supervisor";

/** One guard taken away. */
interface Mutant {
  file: string;
  line: number;
  what: string;
  source: string;
}

const TIME_MS = 240_000;
const NOT_COPIED = [".git", "node_modules", "test-results", ".foyer", ".env"];
/** Every guard is theirs. */
const ALWAYS = ["tests/rules.test.ts", "tests/routes.test.ts"];

/**
 * `npm run test:mutants [-- FILE … | --sample N | --list]`: takes each guard away in turn, or N of them evenly, in a copy of the tree
 * (the rule of a page, an action or a handler, a line of the policy and its condition, a question asked inside) and runs the
 * tests that stand nearest. Prints what nobody noticed; exit code 1 when that is more than one in twenty.
 */
export async function main(args: string[]): Promise<number> {
  const { values, positionals: files } = parseArgs({
    args,
    options: { list: { type: "boolean" }, sample: { type: "string" } },
    allowPositionals: true,
  });
  const chosen = everyMutant().filter(({ file }) => files.length === 0 || files.some((part) => file.includes(part)));
  const mutants = values.sample === undefined ? chosen : spread(chosen, Number(values.sample));
  if (values.list) {
    for (const mutant of mutants) process.stdout.write(`${name(mutant)}\n`);
    return 0;
  }
  const signal = stopSignal();
  await requireClient(signal);
  await requireBuild(signal);
  process.stdout.write(`${mutants.length} guards\n`);
  const tests = await openTests(copyTree());
  const survivors: Mutant[] = [];
  let tried = 0;
  for (const mutant of mutants) {
    const noticed = await isNoticed(tests, mutant, signal);
    if (signal.aborted) break;
    tried++;
    if (!noticed) survivors.push(mutant);
    process.stdout.write(`  ${noticed ? "noticed " : "SURVIVED"}  ${name(mutant)}\n`);
  }
  await tests.close();
  for (const [test, passes] of sound) if (!passes) process.stdout.write(`  ${test} fails on the tree as it is, and was not asked\n`);
  const share = ((tried - survivors.length) / Math.max(1, tried)) * 100;
  process.stdout.write(`\n${tried} guards taken away, ${tried - survivors.length} noticed: ${share.toFixed(1)} %\n`);
  for (const mutant of survivors) process.stdout.write(`  survived  ${name(mutant)}\n`);
  return share < 95 ? 1 : 0;
}

/** `count` of them, as far from each other as can be. */
function spread(all: Mutant[], count: number): Mutant[] {
  return all.filter((_, index) => Math.floor((index * count) / all.length) !== Math.floor(((index - 1) * count) / all.length));
}

function name({ file, line, what }: Mutant): string {
  return `${file}:${line}  ${what}`;
}

/** What is looked for, and what is left when it is taken away. */
const KINDS: { in: RegExp; what: RegExp; by: (found: RegExpMatchArray) => string }[] = [
  { in: /^src\/app\/.*page\.tsx$/, what: /enter\("\w+", "\w+"(?:, "any")?\)/g, by: () => "enter()" },
  { in: /actions\.ts$|route\.ts$/, what: /can: \["(?!read", "User)\w+", "\w+"\]/g, by: () => 'can: ["read", "User"]' },
  { in: /^src\/access\/rules\.ts$/, what: /^ {2,}(?:can|cannot)\((?:[^;]|\n)*?\);$/gm, by: () => "" },
  { in: /^src\/access\/rules\.ts$/, what: /, \{ (?:id|userId|ownerId|actorId|role): [^}]+ \}\)/g, by: () => ")" },
  { in: /^src\/(features|access)\//, what: /^ *ForbiddenError\.from\([^;]*\);$/gm, by: () => "" },
  {
    in: /^src\/(features|access)\//,
    what: /^ *(?:await )?(?:assertRecentlyProven|assertActsForItself|assertSameOrigin)\([^;]*\);$/gm,
    by: () => "",
  },
  { in: /^src\/(features|access)\//, what: /^ *if \([^\n]*\) throw new AppError\("(?:forbidden|unauthenticated)[^\n]*;$/gm, by: () => "" },
  { in: /^src\/features\//, what: /accessibleBy\((?:entry\.)?ability[^)]*\)\.ofType\("\w+"\)/g, by: () => "{}" },
];

function everyMutant(): Mutant[] {
  const paths = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).map((path) => `src/${path}`);
  return paths
    .filter((path) => /\.tsx?$/.test(path) && !path.startsWith("src/generated"))
    .sort()
    .flatMap((file) => {
      const source = readFileSync(join(root, file), "utf8");
      return KINDS.filter((kind) => kind.in.test(file)).flatMap(({ what, by }) =>
        [...source.matchAll(what)].map((found) => ({
          file,
          line: source.slice(0, found.index).split("\n").length,
          what: `${found[0].trim().split("\n")[0]}`,
          source: source.slice(0, found.index) + by(found) + source.slice(found.index + found[0].length),
        })),
      );
    });
}

function copyTree(): string {
  const tree = mkdtempSync(join(tmpdir(), "foyer-mutants-"));
  process.once("exit", () => rmSync(tree, { recursive: true, force: true }));
  for (const entry of readdirSync(root)) if (!NOT_COPIED.includes(entry)) cpSync(join(root, entry), join(tree, entry), { recursive: true });
  execFileSync("cp", ["-al", join(root, "node_modules"), tree]);
  return tree;
}

/** Whether a test fails that passes on the tree as it is. */
async function isNoticed({ tree, fails }: Tests, { file, source }: Mutant, signal: AbortSignal): Promise<boolean> {
  const candidates = nearest(file);
  for (const test of candidates) if (!sound.has(test)) sound.set(test, !(await fails(test)));
  const path = join(tree, file);
  const original = readFileSync(path, "utf8");
  writeFileSync(path, source);
  try {
    for (const test of candidates) {
      if (signal.aborted || !sound.get(test) || !(await fails(test, path))) continue;
      decided.set(file, test);
      return true;
    }
    return false;
  } finally {
    writeFileSync(path, original);
  }
}

/** Tests that have passed with every guard in place, and those that have not and so tell nothing. */
const sound = new Map<string, boolean>();
/** The test that noticed the last mutant of a file is the likeliest to notice the next. */
const decided = new Map<string, string>();

/** Where what stands in these is tested beside the tables: they import no feature, and many tests pass through them. */
const ELSEWHERE: Record<string, string[]> = {
  "src/access/audit.ts": ["freshness", "bans-and-devices", "audit", "people-jobs"],
  "src/access/identity/": ["credential-changes", "second-factors", "accounts", "passkeys", "people-bulk", "bans-and-devices"],
  "src/access/": ["impersonation", "bans-and-devices"],
};

/**
 * The tests that name the file's feature, those called after it first, then those of all guards; each alone, so that the first to
 * notice ends it.
 */
function nearest(file: string): string[] {
  const room = /^src\/features\/([\w-]+)\//.exec(file)?.[1];
  const own = readdirSync(join(root, "tests"))
    .filter((path) => path.endsWith(".test.ts") && room && readFileSync(join(root, "tests", path), "utf8").includes(`@/features/${room}/`))
    .sort((one, other) => Number(other.startsWith(room ?? "-")) - Number(one.startsWith(room ?? "-")));
  const elsewhere = Object.entries(ELSEWHERE).find(([path]) => file.startsWith(path))?.[1] ?? [];
  const beside = [...own, ...elsewhere.map((name) => `${name}.test.ts`)].map((path) => `tests/${path}`).slice(0, 8);
  const before = decided.get(file);
  return [...new Set([...(before ? [before] : []), ...(file.startsWith("src/access/") ? ALWAYS : []), ...beside, ...ALWAYS])];
}

interface Tests {
  tree: string;
  /** Whether something is found wrong in a test file, with `changed` read anew; that it took too long is nothing found. */
  fails(test: string, changed?: string): Promise<boolean>;
  close(): Promise<void>;
}

/** One vitest and one PostgreSQL for all mutants: what starting them takes is paid once. */
async function openTests(tree: string): Promise<Tests> {
  const { createVitest } = await import("vitest/node");
  // As when it is run there: some tests read files from where they stand.
  process.chdir(tree);
  const vitest = await createVitest("test", { root: tree, watch: false, bail: 1, reporters: [{}] });
  await vitest.standalone();
  const specifications = await vitest.globTestSpecifications();
  let last: string | undefined;
  const fails = async (test: string, changed?: string) => {
    // What was changed before is as it was again, and what is changed now has to be read.
    for (const path of [last, changed]) if (path) vitest.invalidateFile(path);
    last = changed;
    const own = specifications.filter(({ moduleId }) => moduleId === join(tree, test));
    const late = setTimeout(() => void vitest.cancelCurrentRun("keyboard-input"), TIME_MS);
    const { testModules } = await vitest.runTestSpecifications(own).finally(() => clearTimeout(late));
    return testModules.some((module) => [...module.errors(), ...failuresOf(module)].some(({ message }) => !/timed out/i.test(message)));
  };
  return { tree, fails, close: () => vitest.close() };
}

function failuresOf(module: TestModule) {
  return [...module.children.allTests("failed")].flatMap((test) => test.result().errors ?? []);
}
