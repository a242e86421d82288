import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { crashTexts } from "@/i18n/crash";
import { pickLocale } from "@/i18n/locale";
import enMessages from "@/i18n/messages/en.json";
import frMessages from "@/i18n/messages/fr.json";

const en = flatten({ ...enMessages, crash: crashTexts.en });
const fr = flatten({ ...frMessages, crash: crashTexts.fr });

/** Words that are the same in both languages. A new one needs a look by somebody who reads both. */
const SAME_IN_BOTH = new Set<string>([
  "Foyer",
  "Notifications",
  "Actions",
  "Admin",
  "Type",
  "Date",
  "Description",
  "GitHub",
  "Invitations",
  "Organisations",
  "Images",
]);

describe("messages", () => {
  test("both languages have the same keys", () => {
    expect(Object.keys(fr).sort()).toEqual(Object.keys(en).sort());
  });

  test("no text is empty or begins or ends in a space", () => {
    for (const [key, text] of [...Object.entries(en), ...Object.entries(fr)]) expect(text, key).toMatch(/^\S(.*\S)?$/s);
  });

  test("each text has the same arguments and tags in both languages", () => {
    const placeholdersOf = (texts: Record<string, string>) =>
      Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, placeholders(text)]));
    expect(placeholdersOf(fr)).toEqual(placeholdersOf(en));
  });

  test("nothing was left in English", () => {
    const same = Object.keys(en).filter((key) => en[key] === fr[key] && !SAME_IN_BOTH.has(en[key] ?? ""));
    expect(same).toEqual([]);
  });

  test("French has a narrow no-break space before ; and ?, and a no-break space before : and within quotation marks", () => {
    const wrong = Object.entries(fr).filter(([, text]) => /[^\u202f][;?](?=\s|$)|[^\u00a0]:(?=\s|$)|«[^\u00a0]|[^\u00a0]»/u.test(text));
    expect(wrong.map(([key]) => key)).toEqual([]);
  });

  test("no exclamation marks, in either language", () => {
    const loud = [...Object.entries(en), ...Object.entries(fr)].filter(([, text]) => text.includes("!")).map(([key]) => key);
    expect(loud).toEqual([]);
  });

  test("apostrophes and ellipses are the typographer's", () => {
    const typed = [...Object.entries(en), ...Object.entries(fr)].filter(([, text]) => /\p{L}'\p{L}|\.\.\./u.test(text)).map(([key]) => key);
    expect(typed).toEqual([]);
  });
});

test.each(Object.entries({ en, fr }))("what a search field says of itself in %s fits into it on a phone", (_, texts) => {
  for (const key of ["people.search", "files.searchLabel", "organizations.search"]) expect(texts[key]?.length, key).toBeLessThanOrEqual(28);
});

test("one thing has one word in French: a reason, an admin, a length of time, what cannot be undone", () => {
  const other = /\braisons?\b|administrateur|pour toujours|pour de bon|(valable|pendant|fonctionne|ici) une semaine/i;
  expect(Object.keys(fr).filter((key) => other.test(fr[key] ?? ""))).toEqual([]);
});

describe("French typography", () => {
  test("no text gets its colon from the code, which knows none with a space before it", () => {
    const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".tsx"));
    expect(files.length).toBeGreaterThan(100);
    const wrong = files.filter((name) => /`[^`\n]*: \$\{|\)\}: /.test(readFileSync(`src/${name}`, "utf8")));
    expect(wrong).toEqual([]);
  });

  test("a no-break space stands before : ; ? ! and inside « »", () => {
    const wrong = Object.entries(fr).filter(([, text]) => {
      const words = prose(text);
      return /[^\u00A0\u202F][;?!»]|«[^\u00A0\u202F]/u.test(words) || /[^\u00A0\u202F\d]:(?!\/\/)/u.test(words);
    });
    expect(wrong.map(([key]) => key)).toEqual([]);
  });
});

describe("pickLocale", () => {
  test.each([
    ["fr-CA,fr;q=0.9,en;q=0.8", "fr"],
    ["en-GB,en;q=0.9,fr;q=0.8", "en"],
    ["de-DE,de;q=0.9,fr;q=0.7,en;q=0.5", "fr"],
    ["fr;q=0.2, en;q=0.9", "en"],
    ["FR", "fr"],
    ["fr;q=0", "en"],
    ["fr;q=abc, *;q=0.5", "en"],
    ["fr;q=9", "en"],
    ["", "en"],
    ["ja", "en"],
    [",;;q=,,-", "en"],
    [null, "en"],
    [undefined, "en"],
  ])("%s asks for %s", (header, locale) => {
    expect(pickLocale(header)).toBe(locale);
  });

  test("a header of any length is answered from its beginning", () => {
    expect(pickLocale(`${"x,".repeat(100_000)}fr`)).toBe("en");
  });
});

/** `{ a: { b: "x" } }` as `{ "a.b": "x" }`. */
function flatten(tree: object, prefix = ""): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tree).flatMap(([key, value]): [string, string][] =>
      typeof value === "string" ? [[prefix + key, value]] : Object.entries(flatten(value, `${prefix}${key}.`)),
    ),
  );
}

/** Arguments with their kind, and tags, of an ICU message, in its branches too: "count plural", "name", "<link>". */
function placeholders(text: string): string[] {
  const found = new Set([...text.matchAll(/<\w+>/g)].map(([tag]) => tag));
  for (const [name, kind, branches] of topLevelBraces(text)) {
    found.add(`${name} ${kind}`.trim());
    for (const [, , , branch] of topLevelBraces(branches)) for (const inner of placeholders(branch)) found.add(inner);
  }
  return [...found].sort();
}

/** The prose of an ICU message: each argument a letter, each branch of a plural or select its own prose. */
function prose(text: string): string {
  let rest = text;
  for (const [, kind, branches, whole] of topLevelBraces(text)) {
    const branchTexts = topLevelBraces(branches).map(([, , , branch]) => prose(branch));
    rest = rest.replace(`{${whole}}`, /plural|select/.test(kind) ? branchTexts.join(" ") : "x");
  }
  return rest;
}

/** What stands in the outermost braces: its first word, its second, what follows them, and the whole. */
function topLevelBraces(text: string): [name: string, kind: string, rest: string, whole: string][] {
  const found: [string, string, string, string][] = [];
  let depth = 0;
  let start = 0;
  for (const [index, character] of [...text].entries()) {
    if (character === "{" && depth++ === 0) start = index + 1;
    if (character === "}" && --depth === 0) {
      const whole = [...text].slice(start, index).join("");
      const [name = "", kind = "", ...rest] = whole.split(",");
      found.push([name.trim(), kind.trim(), rest.join(","), whole]);
    }
  }
  return found;
}
