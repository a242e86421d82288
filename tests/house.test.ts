import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";

/*
 * The house of README.md as a test. A failure says what to do; to change a rule, change its line here and say why.
 */

/** Who may import what. A room is the longest path that fits; `own` is the room itself. Packages are free but where it says so. */
const ROOMS: Record<string, { may: string[]; say: string; packages?: RegExp }> = {
  "auth.config.ts": {
    may: [],
    packages: /^next-auth\/providers\//,
    say: "the developer's page lists providers; what else they need goes to src/lib/auth-providers.ts",
  },
  "middleware.ts": {
    may: ["auth.config.ts", "src/lib/"],
    packages: /^(next(\/|$)|node:http$)/,
    say: "it is a courtesy without a database; the door checks",
  },
  "auth.ts": { may: ["auth.config.ts", "src/access/", "src/lib/"], say: "it wires Auth.js to src/access and nothing else" },
  "src/proxy.ts": { may: ["middleware.ts"], say: "it is only the socket of middleware.ts" },
  "src/instrumentation.ts": { may: ["src/start-up.ts", "src/lib/"], say: "start-up goes to src/start-up.ts" },
  "src/start-up.ts": {
    may: ["middleware.ts", "src/access/", "src/features/", "src/lib/", "src/storage/"],
    say: "it starts what runs beside requests",
  },
  "src/app/": {
    may: ["own", "src/features/", "src/access/", "src/api-client/", "src/ui/", "src/i18n/"],
    say: "a page asks features through the door and puts components together",
  },
  "src/features/": {
    may: ["src/access/", "src/api-client/", "src/lib/", "src/storage/", "src/ui/", "src/i18n/"],
    say: "a feature uses what is below it and its own files; pages put features together",
  },
  "src/access/": { may: ["own", "auth.ts", "src/lib/", "src/i18n/locale.ts"], say: "the door knows no noun, no store and no component" },
  // A mail and a job outlive the request, and with it what next-intl knows of its language.
  "src/lib/": { may: ["own", "src/i18n/locale.ts"], say: "an adapter to the outside uses packages and its own room" },
  "src/storage/": { may: ["own"], say: "the store uses packages and its own room" },
  "src/api-client/": { may: ["own"], say: "what calls the API from a browser knows nothing of how it is served" },
  "src/ui/": { may: ["own", "src/i18n/"], say: "a component that knows no noun uses packages, its own room and the languages" },
  "src/i18n/": { may: ["own"], say: "messages and the choice of language stand alone" },
};

/** What is allowed beside the table, one import a line, each with its reason. */
const EXCEPTIONS: Record<string, string> = {
  "src/app/api/auth/[...nextauth]/route.ts > auth.ts": "Auth.js is the handler",
  "src/app/api/auth/[...nextauth]/route.ts > src/lib/public-url.ts": "Auth.js builds its redirects from the address asked for",
  "src/app/api/storage/[...key]/route.ts > src/storage/index.ts": "the LOCAL store's own door: the URL's signature decides",
  "src/lib/db.ts > src/generated/prisma/client.ts": "the one place that makes the client",
  "src/access/rules.ts > src/generated/prisma/client.ts": "types of the rows that rules are about",
  "src/access/room.ts > src/storage/index.ts": "room is taken at the stores that can be cleared up",
  "src/storage/index.ts > src/lib/env.ts": "which store it is stands in the environment",
};

const MAY_READ_ENVIRONMENT: Record<string, string> = {
  "src/lib/env.ts": "reads and checks it, once",
  "src/lib/log.ts": "logs before, and while, the environment is wrong",
  "src/storage/s3.ts": "hands credentials to the SDK's own chain",
  "src/instrumentation.ts": "NEXT_RUNTIME decides what the bundler keeps",
  "middleware.ts": "NODE_ENV decides what the bundler keeps",
};

/** Rows that the rules do not name, because they are seen with the row they belong to. */
const BELONG = ["peopleJobRefusal", "documentFile"];
/** Queries that look at rows the reader may not see, each with its reason. */
const ASKS_ANY_ROW: Record<string, string> = {
  "src/features/policy/queries.ts": "an admin asks what somebody may do with any row, and is shown nothing of it",
};

/** Longest page without its imports. A longer one has logic that belongs to a feature. */
const PAGE_LINES = 60;

const FILES = [
  ...readdirSync("src", { recursive: true, encoding: "utf8" }).map((path) => `src/${path}`),
  "auth.ts",
  "auth.config.ts",
  "middleware.ts",
]
  .filter((path) => /\.(ts|tsx|mjs)$/.test(path) && !path.endsWith(".d.ts") && !path.startsWith("src/generated/"))
  .sort();
const source = (path: string) => readFileSync(path, "utf8");
/** Comments may say anything; strings stay, because imports are among them. */
const code = (path: string) =>
  source(path)
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/(^|[^:"'`\\])\/\/.*$/gm, "$1");

interface Import {
  to: string;
  isType: boolean;
  /** Only when it is needed. */
  isLater?: boolean;
}

/** What a file imports, packages by their name and our own files by their path. */
function importsOf(path: string): Import[] {
  const found: Import[] = [];
  const text = code(path);
  for (const [, keyword = "", from = ""] of text.matchAll(/^(?:import|export)\s+(type\s)?[^;"']*?from\s+["']([^"']+)["']/gm))
    found.push({ to: resolved(path, from), isType: keyword !== "" });
  for (const [, from = ""] of text.matchAll(/^import\s+["']([^"']+)["']|\b(?:import|require)\(\s*["'][^"']+["']/gm))
    if (from) found.push({ to: resolved(path, from), isType: false });
  for (const [, from = ""] of text.matchAll(/\b(?:import|require)\(\s*["']([^"']+)["']/g))
    found.push({ to: resolved(path, from), isType: false, isLater: true });
  for (const [, from = ""] of text.matchAll(/new URL\(\s*["']([^"']+)["']\s*,\s*import\.meta\.url/g))
    found.push({ to: resolved(path, from), isType: false });
  return found;
}

function resolved(path: string, from: string): string {
  if (from === "@/auth") return "auth.ts";
  const bare = from.startsWith("@/") ? join("src", from.slice(2)) : from.startsWith(".") ? normalize(join(dirname(path), from)) : null;
  if (bare === null) return `package:${from}`;
  const candidate = ["", ".ts", ".tsx", ".mjs", ".json", "/index.ts"]
    .map((end) => `${bare}${end}`)
    .find((file) => /\.\w+$/.test(file) && existsSync(file));
  return candidate ?? bare;
}

const roomOf = (path: string) =>
  Object.keys(ROOMS)
    .filter((room) => path === room || (room.endsWith("/") && path.startsWith(room)))
    .sort((a, b) => b.length - a.length)[0];
const featureOf = (path: string) => /^src\/features\/[^/]+\//.exec(path)?.[0];

test("the table of rooms knows every file, and every exception is still needed", () => {
  expect(FILES.length).toBeGreaterThan(100);
  expect(
    FILES.filter((path) => !roomOf(path)),
    "these files stand in no room: move them, or give their room a line in ROOMS",
  ).toEqual([]);
  const all = new Set(FILES.flatMap((path) => importsOf(path).map(({ to }) => `${path} > ${to}`)));
  expect(
    Object.keys(EXCEPTIONS).filter((exception) => !all.has(exception)),
    "these exceptions are used no more: remove their lines",
  ).toEqual([]);
  expect(
    Object.keys(MAY_READ_ENVIRONMENT).filter((path) => !/process\.env/.test(code(path))),
    "these files read no environment any more: remove their lines",
  ).toEqual([]);
});

describe("imports go one way: app → features → access → lib, storage", () => {
  test.each(Object.keys(ROOMS))("%s", (room) => {
    const { may, packages, say } = ROOMS[room] ?? { may: [], say: "" };
    const wrong: string[] = [];
    for (const path of FILES.filter((file) => roomOf(file) === room)) {
      for (const { to } of importsOf(path)) {
        const isPackage = to.startsWith("package:");
        if (isPackage ? !packages || packages.test(to.slice(8)) : EXCEPTIONS[`${path} > ${to}`]) continue;
        const own = may.includes("own") && to.startsWith(room);
        const ownFeature = room === "src/features/" && to.startsWith(featureOf(path) ?? "-");
        const isMessage = to.startsWith("src/i18n/messages/");
        if (own || ownFeature || isMessage || may.some((allowed) => to === allowed || (allowed.endsWith("/") && to.startsWith(allowed))))
          continue;
        wrong.push(`${path} imports ${to.replace("package:", "")}: ${say}.`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("the proxy reaches neither database nor door, however far one follows its imports", () => {
    const reached = new Set<string>();
    const follow = (path: string) => {
      if (reached.has(path) || path.startsWith("package:") || !existsSync(path)) return;
      reached.add(path);
      for (const { to, isType } of importsOf(path)) if (!isType) follow(to);
    };
    follow("src/proxy.ts");
    expect(
      [...reached].filter((path) => /^src\/(access|features|storage|generated)\/|lib\/db\.ts|^auth\.ts/.test(path)),
      "move what the proxy needs to a file of src/lib that imports no database",
    ).toEqual([]);
    expect(reached.size).toBeGreaterThan(3);
  });

  test("no schema runs in the browser: zod weighs more than a page, and its trial of eval breaks the policy of every page", () => {
    const reached = new Set<string>();
    const follow = (path: string) => {
      // What an action is to the browser is its address.
      if (reached.has(path) || (existsSync(path) && /^"use server"/.test(source(path)))) return;
      reached.add(path);
      if (existsSync(path)) for (const { to, isType } of importsOf(path)) if (!isType) follow(to);
    };
    for (const path of FILES.filter((file) => /^"use client"/.test(source(file)))) follow(path);
    expect(
      [...reached].filter((path) => path === "package:zod" || path.endsWith("/schema.ts")),
      "move what the component needs to the feature's limits.ts",
    ).toEqual([]);
  });

  test("the pages everybody opens load no package in the browser but React and the router, and no icon they do not show", () => {
    const loaded = new Set<string>();
    const seen = new Set<string>();
    const follow = (path: string, above: boolean) => {
      if (path.startsWith("package:")) return void (above && loaded.add(path));
      if (seen.has(`${path} ${above}`) || !existsSync(path) || /^"use server"/.test(source(path))) return;
      seen.add(`${path} ${above}`);
      // The frame around client components that translate puts next-intl's own among them.
      const inBrowser = above || /^"use client"/.test(source(path)) || path === "src/app/_frames/interactive.tsx";
      if (inBrowser) loaded.add(path);
      // What is fetched when it is wanted costs who wants it.
      const late = new Set([...code(path).matchAll(/\bimport\(\s*["']([^"']+)["']/g)].map(([, from = ""]) => resolved(path, from)));
      for (const { to, isType } of importsOf(path)) if (!isType && !(inBrowser && late.has(to))) follow(to, inBrowser);
    };
    for (const page of ["layout", "(public)/login/page", "(public)/register/page", "members/page", "settings/profile/page"])
      follow(`src/app/${page}.tsx`, false);
    expect(loaded).toContain("src/ui/soft-link.tsx");
    expect(
      [...loaded].filter((path) => /^package:(?!react$|react-dom$|next\/navigation$)|ui\/icons\.tsx$/.test(path)),
      "hand in texts and elements made on the server, or fetch it by import() when it is wanted",
    ).toEqual([]);
  });

  test("the layout of all pages brings none of them a client component", () => {
    const reached = new Set<string>();
    const follow = (path: string) => {
      if (reached.has(path) || !existsSync(path) || /^"use server"/.test(source(path))) return;
      reached.add(path);
      for (const { to, isType } of importsOf(path)) if (!isType) follow(to);
    };
    follow("src/app/layout.tsx");
    expect(
      [...reached].filter((path) => /^"use client"/.test(source(path))),
      "every page would load it: put it where it is shown",
    ).toEqual([]);
  });

  test("what runs in the browser imports no server code but actions and types", () => {
    const wrong: string[] = [];
    for (const path of FILES.filter((file) => /^["']use client["']/.test(source(file)))) {
      for (const { to, isType } of importsOf(path)) {
        if (
          !isType &&
          /^src\/(lib\/(?!text|keyset)|storage\/(?!content-type)|generated\/)|queries\.ts$|changes\.ts$|^src\/access\/(?!ability-provider)|^auth\.ts/.test(
            to,
          )
        )
          wrong.push(`${path} imports ${to}: hand the value in as a prop, or import its type only.`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe("nothing goes round the door", () => {
  test("every export of an actions.ts is made by action( and nothing in it is made before the door", () => {
    const files = FILES.filter((path) => path.endsWith("/actions.ts"));
    expect(files.length).toBeGreaterThan(3);
    for (const path of files) {
      expect(source(path), `${path} has to begin with "use server"`).toMatch(/^"use server";/);
      for (const [line] of code(path).matchAll(/^export .*/gm))
        expect(
          line,
          `${path}: export only actions: \`export const verbNoun = action(access, schema, run)\`; a type or a helper goes to another file`,
        ).toMatch(/^export const \w+ = action\($/.test(line) ? /action\(/ : /^export const \w+ = action\(\{/);
    }
    const elsewhere = FILES.filter((path) => !path.endsWith("/actions.ts") && /["']use server["']/.test(code(path)));
    expect(elsewhere, "server actions stand in an actions.ts, where the door is checked").toEqual([]);
  });

  test("every route.ts but auth and health is made by handler(", () => {
    const files = FILES.filter((path) => /^src\/app\/.*route\.tsx?$/.test(path));
    expect(files.length).toBeGreaterThan(4);
    for (const path of files.filter((file) => !/^src\/app\/api\/(auth|health)\//.test(file))) {
      const text = code(path);
      const made = new Set([...text.matchAll(/^(?:export )?const (\w+) = handler\(/gm)].map(([, name]) => name));
      const listed = [...text.matchAll(/^export \{([^}]*)\}/gm)].flatMap(([, names = ""]) =>
        names.split(",").map((name) => name.trim().split(" as ")[0]),
      );
      const named = [...text.matchAll(/^export (?:const|async function|function) (\w+)/gm)].map(([, name]) => name);
      for (const name of [...listed, ...named])
        expect(made.has(name ?? ""), `${path}: make ${name} by handler(access, shape, run)`).toBe(true);
      expect(listed.length + named.length).toBeGreaterThan(0);
    }
  });

  const PUBLIC = [
    "src/app/(public)/page.tsx",
    "src/app/forbidden/page.tsx",
    "src/app/(public)/login/page.tsx",
    // What the second step may do, src/access/identity/tickets.ts decides.
    "src/app/(public)/login/two-step/page.tsx",
    "src/app/(public)/register/page.tsx",
    "src/app/(public)/forgot-password/page.tsx",
    // What a link from a mail may do, src/access/identity/account-links.ts decides.
    "src/app/(public)/verify-email/page.tsx",
    "src/app/(public)/reset-password/page.tsx",
    "src/app/(public)/change-email/page.tsx",
    "src/app/(public)/revert-email/page.tsx",
    "src/app/(public)/not-me/page.tsx",
    "src/app/(public)/magic-link/page.tsx",
    // What an invitation may do, src/access/identity/invitations.ts decides.
    "src/app/(public)/invitation/page.tsx",
    // And one to an organisation, src/access/identity/organization-invitations.ts.
    "src/app/(public)/join/page.tsx",
    // Open in the zero-configuration mode, from this machine: src/features/mail/mailbox.ts decides.
    "src/app/dev/mailbox/page.tsx",
  ];
  test.each(FILES.filter((path) => path.endsWith("/page.tsx") && !PUBLIC.includes(path)))(
    "%s asks at the door before anything else",
    (path) => {
      const body = code(path).split(/export default async function \w+/)[1] ?? "";
      const first = /\bawait\b[^;]*/.exec(body)?.[0] ?? "";
      expect(first, "begin the page with `const entry = await enter(action, subject)`; a public page is listed in PUBLIC here").toMatch(
        /^await enter\(/,
      );
    },
  );

  test("what is neither an action nor a handler of ours asks at the door in one place", () => {
    const asking = FILES.filter((path) => /\badmit\b/.test(code(path)));
    expect(asking.sort(), "make it an action or a handler").toEqual(["auth.ts", "src/access/door.ts", "src/access/identity/providers.ts"]);
  });

  test("a public page shows nothing that a query brings", () => {
    for (const path of PUBLIC)
      for (const { to } of importsOf(path))
        expect(to, `${path}: a public page asks no query but for limits of a form`).not.toMatch(
          /features\/(?!accounts\/)\w+\/queries\.ts|lib\/db/,
        );
  });

  test("every query takes an Entry first, so that data not asked for through the door does not compile", () => {
    const files = FILES.filter((path) => path.endsWith("/queries.ts"));
    expect(files.length).toBeGreaterThan(3);
    for (const path of files) {
      expect(source(path), `${path} has to import "server-only"`).toMatch(/^import "server-only";/);
      for (const [, name, first] of code(path).matchAll(
        /^export (?:async function (?=\w+\()|const (?=\w+ = cache\())(\w+)[^(]*\((?:async \()?\s*([^,)]*)/gm,
      ))
        expect(first?.trim(), `${path}: ${name}(entry: Entry, …)`).toBe("entry: Entry");
      expect(code(path), `${path}: accessibleBy(entry.ability) belongs in the \`where\``).toMatch(/accessibleBy\(entry\.ability/);
      for (const [call] of code(path).matchAll(/\.(?:findMany|findFirst|findUnique)\(\{[\s\S]*?\n? *\}\)/g))
        expect(call, `${path}: name the columns with select`).toContain("select:");
    }
  });

  const tables = [...(/^type Rows = \{([\s\S]*?)^\};/m.exec(source("src/access/rules.ts"))?.[1] ?? "").matchAll(/^ {2}(\w)(\w+):/gm)];
  const asking = new RegExp(
    `\\b(?:db\\(\\)|tx)\\.(?:${[...tables.map(([, first = "", rest]) => `${first.toLowerCase()}${rest}`), ...BELONG].join("|")})\\.(?:find\\w+|count|groupBy|aggregate)\\(`,
    "g",
  );

  test.each(FILES.filter((path) => path.endsWith("queries.ts") && !ASKS_ANY_ROW[path]))(
    "%s asks the rules each time it asks the database for rows they speak about",
    (path) => {
      expect(tables.length).toBeGreaterThan(15);
      for (const piece of code(path).split(/^(?=(?:export )?(?:async )?function |export const )/m)) {
        // Said in the call, or by a name that stands for it: `const allowed = accessibleBy(…)`.
        const words = ["accessibleBy\\(", "matching\\(entry\\b"];
        const says = (text: string) => new RegExp(`\\b(?:${words.join("|")})`).test(text);
        for (const [, name, value = ""] of piece.matchAll(/^ +const (\w+) =([^;]*);/gm)) if (says(value)) words.push(`${name}\\b(?!:)`);
        for (const { index } of piece.matchAll(asking))
          expect(says(upToItsEnd(piece.slice(index))), "accessibleBy(entry.ability) belongs in the `where`").toBe(true);
      }
    },
  );
});

/** A call, from its name to its closing bracket. */
test("no file imports another that needs it, directly or round about", () => {
  const done = new Set<string>();
  const circles: string[] = [];
  const walk = (path: string, above: string[]) => {
    if (above.includes(path)) return void circles.push([...above.slice(above.indexOf(path)), path].join(" → "));
    if (done.has(path)) return;
    done.add(path);
    for (const { to, isType, isLater } of importsOf(path)) if (!isType && !isLater && FILES.includes(to)) walk(to, [...above, path]);
  };
  for (const path of FILES) walk(path, []);
  expect(circles).toEqual([]);
});

function upToItsEnd(text: string): string {
  let depth = 0;
  for (const { 0: bracket, index } of text.matchAll(/[()]/g)) {
    depth += bracket === "(" ? 1 : -1;
    // After the brackets of db().
    if (depth === 0 && index > 5) return text.slice(0, index + 1);
  }
  return text;
}

describe("only named files touch", () => {
  test("Prisma's generated client", () => {
    const wrong = FILES.filter(
      (path) =>
        importsOf(path).some(({ to }) => to.startsWith("src/generated/") || to.startsWith("package:@prisma/client")) &&
        !["src/lib/db.ts", "src/access/rules.ts"].includes(path),
    );
    expect(wrong, "ask db() of src/lib/db.ts instead").toEqual([]);
  });

  test("only the saves of a text, and an admin's readings, are recorded once a sitting", () => {
    expect(FILES.filter((path) => /^src\/(?!access\/audit)/.test(path) && /"once a sitting"/.test(source(path)))).toEqual([
      "src/features/studio/blog/changes.ts",
      "src/features/studio/books/chapters.ts",
      "src/features/studio/documents/reading.ts",
    ]);
  });
  test("the environment", () => {
    const wrong = FILES.filter((path) => /process\.env|import\.meta\.env/.test(code(path)) && !MAY_READ_ENVIRONMENT[path]);
    expect(wrong, "ask env() of src/lib/env.ts instead, and give the variable its line there").toEqual([]);
  });

  test("the building of rules", () => {
    const wrong = FILES.filter(
      (path) =>
        importsOf(path).some(({ to, isType }) => !isType && /^package:@casl\//.test(to)) &&
        /AbilityBuilder|createPrismaAbility|defineAbility|createMongoAbility/.test(code(path)) &&
        !["src/access/rules.ts", "src/access/ability-provider.tsx"].includes(path),
    );
    expect(wrong, "write the rule in src/access/rules.ts").toEqual([]);
  });

  test("the database: the door, Auth.js, and of a feature what cannot reach a browser", () => {
    const asks = FILES.filter((path) => importsOf(path).some(({ to, isType }) => !isType && to === "src/lib/db.ts"));
    const wrong = asks.filter((path) =>
      path.startsWith("src/features/")
        ? !/^import "server-only";|^"use server";/.test(source(path))
        : !/^(auth\.ts$|src\/access\/|src\/lib\/)/.test(path),
    );
    expect(wrong, 'ask a query or a change of the feature; in a feature, begin with import "server-only"').toEqual([]);
  });
});

describe("habits", () => {
  test("the two matchers are equal, because Next reads that of src/proxy.ts without running middleware.ts", () => {
    const matcher = (path: string) => /matcher: \[[\s\S]*?\n {2}\]/.exec(code(path))?.[0].replace(/\s+/g, " ");
    expect(matcher("middleware.ts"), "copy the matcher from middleware.ts to src/proxy.ts").toBeTruthy();
    expect(matcher("src/proxy.ts")).toBe(matcher("middleware.ts"));
  });

  test("the matcher leaves out what it names, not what begins with such a name", () => {
    const pattern: string = JSON.parse(/source: ("[^\n]*"),/.exec(source("middleware.ts"))?.[1] ?? '""');
    const matches = (path: string) => new RegExp(`^${pattern}$`).test(path);
    const out = ["/api/files", "/_next/static/x.js", "/favicon.ico", "/icon.svg", "/apple-icon.png", "/opengraph-image-1abc23.png"];
    expect(out.filter(matches)).toEqual([]);
    const begun = ["/api", "/apix", "/_next/staticX", "/_next/images", "/favicon.icoX", "/icon.svgX", "/iconXsvg", "/icon.svg/x"];
    // Nothing is there, and Next says so by a page.
    const others = [
      "/",
      "/login",
      "/_next/image",
      "/apple-iconX",
      "/apple-icon.png/x",
      "/opengraph-image/x",
      "/opengraph-image-1abc23.pngX",
    ];
    expect([...begun, ...others].filter((path) => !matches(path))).toEqual([]);
  });

  test("no any, no ignored type error, no path of one machine", () => {
    const wrong: string[] = [];
    for (const path of FILES) {
      const text = code(path);
      if (/(?::|<|\bas|\|)\s*any\b(?!["'])/.test(text.replace(/(["'`])(?:\\.|(?!\1)[^\\\n])*\1/g, '""')))
        wrong.push(`${path}: any; use unknown and look`);
      if (/@ts-(ignore|nocheck|expect-error)/.test(source(path))) wrong.push(`${path}: an ignored type error; mend the type`);
      if (/["'`](\/(home|Users|root|work|tmp|var|usr|opt)\/|[A-Z]:\\)/.test(text))
        wrong.push(`${path}: an absolute path; make it from the project's root or FOYER_DATA`);
    }
    expect(wrong).toEqual([]);
  });

  test.each(FILES.filter((path) => path.endsWith("/page.tsx")))("%s is short", (path) => {
    const lines = source(path)
      .replace(/^import[\s\S]*?from "[^"]+";\n/gm, "")
      .trim()
      .split("\n").length;
    expect(lines, "a page asks, and puts components together: move the rest to its feature").toBeLessThanOrEqual(PAGE_LINES);
  });

  test("no text is asked for as it was written: the build has parsed them, and hands out no source", () => {
    expect(FILES.filter((path) => /^src\//.test(path) && /\bt(?:ranslate)?\.raw\(|\w\.raw\("/.test(code(path)))).toEqual([]);
  });

  test("files are called in kebab-case, and no room is called utils, helpers, common or types", () => {
    const wrong = FILES.filter(
      (path) => !/^[a-z0-9/.[\]()_-]+$/.test(path.replace("[...nextauth]", "")) || /(^|\/)(utils?|helpers?|common|types)(\/|\.)/.test(path),
    );
    expect(wrong, "name a file after what it is").toEqual([]);
  });
});
