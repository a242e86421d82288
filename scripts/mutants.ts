import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
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
 * `npm run test:mutants [-- FILE … | --list]`: takes each guard away in turn, in a copy of the tree (the rule of a page, an action or a
 * handler, a line of the policy and its condition, a question asked inside) and runs the tests that stand nearest. Prints what
 * nobody noticed; exit code 1 when that is more than one in twenty.
 */
export async function main(args: string[]): Promise<number> {
  const files = args.filter((arg) => !arg.startsWith("--"));
  const mutants = everyMutant().filter(({ file }) => files.length === 0 || files.some((part) => file.includes(part)));
  if (args.includes("--list")) {
    for (const mutant of mutants) process.stdout.write(`${name(mutant)}\n`);
    return 0;
  }
  const signal = stopSignal();
  await requireClient(signal);
  await requireBuild(signal);
  process.stdout.write(`${mutants.length} guards\n`);
  const left = [...mutants];
  const survivors: Mutant[] = [];
  const worker = async () => {
    const tree = copyTree();
    for (let mutant = left.shift(); mutant && !signal.aborted; mutant = left.shift()) {
      const noticed = await isNoticed(tree, mutant, signal);
      if (!noticed && !signal.aborted) survivors.push(mutant);
      process.stdout.write(`  ${noticed ? "noticed " : "SURVIVED"}  ${name(mutant)}\n`);
    }
    rmSync(tree, { recursive: true, force: true });
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.floor(availableParallelism() / 2)) }, worker));
  const tried = mutants.length - left.length;
  const share = ((tried - survivors.length) / Math.max(1, tried)) * 100;
  process.stdout.write(`\n${tried} guards taken away, ${tried - survivors.length} noticed: ${share.toFixed(1)} %\n`);
  for (const mutant of survivors) process.stdout.write(`  survived  ${name(mutant)}\n`);
  return share < 95 ? 1 : 0;
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

async function isNoticed(tree: string, { file, source }: Mutant, signal: AbortSignal): Promise<boolean> {
  const original = readFileSync(join(tree, file), "utf8");
  writeFileSync(join(tree, file), source);
  try {
    for (const test of nearest(file)) if ((await vitest(tree, test, signal)) !== 0) return true;
    return false;
  } finally {
    writeFileSync(join(tree, file), original);
  }
}

/** The tests that name the file's feature, then those of all guards; each alone, so that the first to notice ends it. */
function nearest(file: string): string[] {
  const room = /^src\/(features\/[\w-]+|access)\//.exec(file)?.[1];
  const own = readdirSync(join(root, "tests"))
    .filter((path) => path.endsWith(".test.ts"))
    .map((path) => `tests/${path}`)
    .filter((path) => room?.startsWith("features/") && readFileSync(join(root, path), "utf8").includes(`@/${room}/`));
  return [...new Set([...(room === "access" ? [...ALWAYS, "tests/impersonation.test.ts"] : []), ...own, ...ALWAYS])].slice(0, 8);
}

function vitest(tree: string, test: string, signal: AbortSignal): Promise<number> {
  return new Promise((done) => {
    const args = [join(tree, "node_modules", "vitest", "vitest.mjs"), "run", "--bail=1", "--reporter=dot", test];
    const child = spawn(process.execPath, args, { cwd: tree, stdio: "ignore", signal, timeout: TIME_MS });
    child.once("error", () => done(1));
    child.once("close", (code) => done(code ?? 1));
  });
}
