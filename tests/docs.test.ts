import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { main as writeEnvExample } from "../scripts/env-example";
import { root } from "../scripts/root";
import { envShape } from "../src/lib/env";
import { temporaryFolder } from "./support/postgres";

const read = (path: string) => readFileSync(join(root, path), "utf8");
const DOCS = ["README.md", "README.fr.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", ...markdownIn("docs")];
const FENCE = /^( *)```[^\n]*\n[\s\S]*?^\1```$/gm;
const prose = (text: string) => text.replace(FENCE, "").replace(/`[^`\n]*`/g, "`");

/** Read by a script, a test or a library, and no setting of the site. */
const TOOL_VARIABLES = ["CHROMIUM_PATH", "TEST_DATABASE_URL", "PRISMA_SCHEMA_ENGINE_BINARY", "NODE_ENV"];
/** In capitals with an underscore, and no variable. */
const OTHER_NAMES = ["MAX_NOTE_CHARS", "NOTES_SHOWN"];

test(".env.example is what node scripts/run.mjs env-example writes", async () => {
  const path = join(temporaryFolder(), "env-example");
  await writeEnvExample([path]);
  expect(read(".env.example")).toBe(readFileSync(path, "utf8"));
});

describe.each(DOCS)("%s", (path) => {
  const text = read(path);

  test("every link to a file, picture or heading leads somewhere", () => {
    const broken = [...text.replace(FENCE, "").matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = ""]) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => {
        const [file = "", anchor] = target.split("#");
        const found = file ? resolve(root, dirname(path), file) : join(root, path);
        return !existsSync(found) || (anchor !== undefined && !anchors(readFileSync(found, "utf8")).includes(anchor));
      });
    expect(broken).toEqual([]);
  });

  test("every command exists", () => {
    const { scripts } = JSON.parse(read("package.json"));
    const missing = [...text.matchAll(/\bnpm run ([a-z][a-z0-9:]*)/g)].map(([, name = ""]) => name).filter((name) => !(name in scripts));
    // Named among what is not there yet.
    expect(missing.filter((name) => !(path === "docs/security.md" && name === "audit:verify"))).toEqual([]);
    const scriptsRun = [...text.matchAll(/scripts\/run\.mjs ([a-z-]+)/g)].map(([, name]) => name);
    expect(scriptsRun.filter((name) => !existsSync(join(root, "scripts", `${name}.ts`)))).toEqual([]);
  });

  test("every file of the project that is named in passing exists", () => {
    const named = [...text.replace(FENCE, "").matchAll(/`((?:src|scripts|tests|prisma|docs)\/[\w./-]*\w)`/g)].map(([, name = ""]) => name);
    // The README's worked example is not part of the project.
    expect(named.filter((name) => !/\bnotes\b/.test(name) && !existsSync(join(root, name)))).toEqual([]);
  });

  test("every environment variable is in the schema", () => {
    const names = new Set(text.match(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g));
    const known = [...Object.keys(envShape), "GITHUB_ID", "GITHUB_SECRET", ...TOOL_VARIABLES, ...OTHER_NAMES];
    // AUTH_<PROVIDER>_ID and its like are read by Auth.js's convention.
    const unknown = [...names].filter((name) => !known.includes(name) && !/^AUTH_COMPANY_(ID|SECRET|ISSUER)$/.test(name));
    expect(unknown).toEqual([]);
  });

  test("no path of anybody's own machine", () => {
    expect(text.match(/(?:^|[\s`"'(])\/(?:home|work|tmp|Users)\/\S*/gm) ?? []).toEqual([]);
  });

  test("no exclamation marks in prose", () => {
    expect(prose(text).match(/[^\n]*!(?!\[)[^\n]*/g) ?? []).toEqual([]);
  });
});

describe("README.fr.md is the twin of README.md", () => {
  const [english, french] = [read("README.md"), read("README.fr.md")];

  test("same headings, at the same levels, in the same order", () => {
    const levels = (text: string) => [...text.replace(FENCE, "").matchAll(/^(#+) /gm)].map(([, marks]) => marks);
    expect(levels(french)).toEqual(levels(english));
  });

  test("same code, but for its comments", () => {
    const code = (text: string) => (text.match(FENCE) ?? []).map((block) => block.replace(/^\s*(?:#|\/\*\*) .*$/gm, ""));
    expect(code(french)).toEqual(code(english));
  });

  test("same links and pictures, tables of the same size, steps of the same number", () => {
    const links = (text: string) =>
      [...text.matchAll(/\]\(([^)#]+)[^)]*\)/g)]
        .map(([, target]) => target)
        .filter((target) => !target?.startsWith("README"))
        .sort();
    const count = (text: string, pattern: RegExp) => (text.replace(FENCE, "").match(pattern) ?? []).length;
    expect(links(french)).toEqual(links(english));
    for (const pattern of [/^\|/gm, /^\d+\. /gm, /^- /gm]) expect(count(french, pattern)).toBe(count(english, pattern));
  });

  test("a no-break space stands before : ; ? ! » and after «", () => {
    const plain = prose(french)
      .replace(/\]\([^)]*\)/g, "]")
      .replace(/https?:\S+/g, "");
    expect(plain.match(/[^\n]{0,20}(?:[ ][:;?!»]|«[ ]|[\p{L}\d`*)][:;?!](?=\s|$))[^\n]{0,10}/gu) ?? []).toEqual([]);
  });
});

test.each([
  ["README.md", "en"],
  ["README.fr.md", "fr"],
])("the pages and buttons of %s are called what the screen calls them", (path, locale) => {
  const texts = read(`src/i18n/messages/${locale}.json`);
  const named = [...read(path).matchAll(/\*\*(\p{Lu}[^*\n]+)\*\*/gu)].map(([, name]) => name);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !texts.includes(`: "${name}"`))).toEqual([]);
});

test("what the README's diffs keep and take away stands in the code", () => {
  const code = ["auth.config.ts", "src/access/rules.ts", "src/access/audit.ts"].map(read).join("\n").split("\n");
  const lines = [...read("README.md").matchAll(/^( *)```diff\n([\s\S]*?)^\1```$/gm)].flatMap(([, indent = "", diff = ""]) =>
    diff.split("\n").map((line) => line.slice(indent.length)),
  );
  // A rule that a step before has added.
  const kept = lines.filter((line) => /^[- ]/.test(line) && !line.includes('"Note"')).map((line) => line.slice(1));
  expect(kept.length).toBeGreaterThan(5);
  expect(kept.filter((line) => !code.includes(line))).toEqual([]);
});

test("decisions are numbered without a gap, listed, and say context, decision, consequences", () => {
  const pages = readdirSync(join(root, "docs/decisions"))
    .filter((name) => /^\d{4}-/.test(name))
    .sort();
  expect(pages.map((name) => Number(name.slice(0, 4)))).toEqual(pages.map((_, index) => index + 1));
  for (const page of pages) {
    const text = read(`docs/decisions/${page}`);
    expect(text.match(/^#+ .*/gm)?.map((line) => line.replace(/: .*/, ""))).toEqual([
      `# ${page.slice(0, 4)}`,
      "## Context",
      "## Decision",
      "## Consequences",
    ]);
    expect(read("docs/decisions/README.md")).toContain(`](${page})`);
  }
});

test("every proof that docs/security.md names is a test of that title", () => {
  const proofs = [...read("docs/security.md").matchAll(/\]\(\.\.\/(tests\/[\w./-]+)\) (“[^|[]*”)/g)];
  expect(proofs.length).toBeGreaterThan(30);
  const missing = proofs.flatMap(([, file = "", titles = ""]) =>
    [...titles.matchAll(/“([^”]+)”/g)]
      .map(([, title = ""]) => title)
      .filter((title) => !existsSync(join(root, file)) || !read(file).includes(`"${title}"`)),
  );
  expect(missing).toEqual([]);
});

function markdownIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? markdownIn(path) : entry.name.endsWith(".md") ? [path] : [];
  });
}

/** Headings as GitHub makes anchors of them. */
function anchors(text: string): string[] {
  return [...text.replace(FENCE, "").matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, "")
      .replace(/ /g, "-"),
  );
}
