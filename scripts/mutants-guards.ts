import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./root";

/** One guard that is taken away, and how: `replaced` is what is left in its place, `around` what is written around it to switch it off. */
export interface Mutant {
  id: string;
  kind: string;
  file: string;
  line: number;
  what: string;
  start: number;
  end: number;
  replaced?: string;
  around?: [before: string, after: string];
}

interface Kind {
  kind: string;
  in: RegExp;
  what: RegExp;
  /** What is left of it, for the tests that look at how the source is written; a door's rule is read once, so that it is only asked of these. */
  replaced?: (found: string) => string;
  /** What is written around a guard, which goes where `off` is true. */
  around?: (off: string) => [string, string];
}

const RULES = /^src\/access\/rules\.ts$/;
const DOOR = /^src\/access\/door\.ts$/;
const INSIDE = /^src\/(?:features|access\/(?!door|rules))/;

const statement = (off: string): [string, string] => [`if (!${off}) `, ""];
const argument = (off: string): [string, string] => [`...(${off} ? [] : [`, "])"];

const KINDS: Kind[] = [
  {
    kind: "the rule of a page",
    in: /^src\/app\/.*page\.tsx$/,
    what: /enter\("\w+", "\w+"(?:, "any")?\)/g,
    replaced: (found) => (found.includes('"read", "User"') ? "nobody()" : found.replace(/"\w+", "\w+"/, '"read", "User"')),
  },
  { kind: "the rule of a handler", in: /route\.ts$/, what: /can: \["\w+", "\w+"\]/g, replaced: weakest },
  { kind: "the rule of an action", in: /actions\.ts$/, what: /can: \["\w+", "\w+"\]/g, replaced: weakest },
  { kind: "a line of the policy", in: RULES, what: /(?<=^ {2,})(?:if \([^)]*\) )?(?:can|cannot)\([^;]*?\);$/gm, around: statement },
  { kind: "a condition of the policy", in: RULES, what: /(?<=, )(?:shared|\{\s+\w+: [^;]*?\s+\})(?=\)[;.])/g, around: argument },
  {
    kind: "a condition of the policy",
    in: RULES,
    what: /(?<=, )role: (?:"OWNER"|\{ in: \[[^\]]*\] \})(?= \})/g,
    around: (off) => [`...(${off} ? {} : { `, " })"],
  },
  { kind: "a condition of the policy", in: RULES, what: /(?<=^ *)if \(bearer\.impersonated\) .*$/gm, around: statement },
  {
    kind: "a condition of the policy",
    in: RULES,
    what: /(?<=if \()(?:bearer\.role === "ADMIN"|mayImpersonateWrite)(?=\))/g,
    around: (off) => [`${off} || `, ""],
  },
  { kind: "a condition of the policy", in: RULES, what: /!?bearer\.\w+(?= \|\||\) unfinished)/g, around: (off) => [`(!${off} && `, ")"] },
  {
    kind: "the columns of a line of the policy",
    in: RULES,
    what: /(?<=^ +(?:if \(\w+\) )?can\("\w+", "\w+", )\[[^\]]*\]/gm,
    around: argument,
  },
  { kind: "a check of the door", in: DOOR, what: /(?<=^ *)if \([^\n]*\) (?:redirect\(|throw new AppError\()[^\n]*;$/gm, around: statement },
  { kind: "a check of the door", in: DOOR, what: /(?<=^ *)ForbiddenError\.from\([^;]*\);$/gm, around: statement },
  {
    kind: "a check of the door",
    in: DOOR,
    what: /(?<=^ *)(?:if \(\w+\) )?(?:await )?(?:assertRate|assertActsForItself|assertSameOrigin)\([^;]*\);$/gm,
    around: statement,
  },
  {
    kind: "a question asked inside",
    in: INSIDE,
    what: /(?<=^ *)ForbiddenError\.from\([^;]*\);$/gm,
    replaced: () => "",
    around: statement,
  },
  { kind: "a question asked inside", in: INSIDE, what: /(?<=^ *)(?:await )?assertRecentlyProven\([^;]*\);$/gm, around: statement },
  {
    kind: "a question asked inside",
    in: INSIDE,
    what: /(?<=^ *)if \([^\n]*\) throw new AppError\("(?:forbidden|unauthenticated)[^\n]*;$/gm,
    around: statement,
  },
  {
    kind: "what a query may find",
    in: INSIDE,
    what: /accessibleBy\((?:entry\.)?ability[^)]*\)\.ofType\("\w+"\)/g,
    replaced: () => "{}",
    around: (off) => [`(${off} ? {} : `, ")"],
  },
];

/** Every guard of the tree, by file. */
export function everyMutant(): Mutant[] {
  const paths = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).map((path) => `src/${path}`);
  return paths
    .filter((path) => /\.tsx?$/.test(path) && !path.startsWith("src/generated"))
    .sort()
    .flatMap((file) => {
      const source = readFileSync(join(root, file), "utf8");
      return KINDS.filter((kind) => kind.in.test(file)).flatMap((kind) =>
        [...source.matchAll(kind.what)].map((found) => mutant(kind, file, source, found)),
      );
    });
}

function mutant({ kind, replaced, around }: Kind, file: string, source: string, { 0: found, index }: RegExpExecArray): Mutant {
  // Made of the whole file: of one that has changed nothing old is believed.
  const id = createHash("sha256").update(`${kind}\0${file}\0${index}\0${source}`).digest("hex").slice(0, 16);
  const line = source.slice(0, index).split("\n").length;
  return {
    id,
    kind,
    file,
    line,
    what: found.replace(/\s+/g, " "),
    start: index,
    end: index + found.length,
    ...(replaced && { replaced: replaced(found) }),
    ...(around && { around: around(`globalThis.foyerGuardIsOff?.("${id}")`) }),
  };
}

function weakest(found: string): string {
  return found === 'can: ["read", "User"]' ? "visitor: true" : 'can: ["read", "User"]';
}
