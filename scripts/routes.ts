import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./root";

/** Who may, as it stands in the code: an ability, or anybody. `standing` and `impersonated` are those of src/access/door.ts. */
export type Ability = { can: [action: string, subject: string]; standing?: "any"; impersonated?: string } | { visitor: true };

export interface RouteTable {
  pages: { path: string; file: string; access: Ability }[];
  handlers: { method: string; path: string; file: string; access: Ability; rate: string | null }[];
  actions: { name: string; file: string; access: Ability; rate: string }[];
}

/**
 * `npm run routes`: writes from the code what it says of itself: docs/routes.json (tests/routes.test.ts holds it current and walks
 * it), docs/openapi.json and the types of src/api-client (tests/openapi.test.ts).
 */
export async function main(): Promise<number> {
  // Both build upon the table below.
  const [{ openApi, openApiText }, { callsText }] = await Promise.all([import("./openapi"), import("./api-calls")]);
  writeFileSync(join(root, "docs", "routes.json"), routesText());
  writeFileSync(join(root, "docs", "openapi.json"), await openApiText());
  writeFileSync(join(root, "src", "api-client", "calls.ts"), callsText(await openApi()));
  return 0;
}

/** The text of docs/routes.json as the code has it now. */
export function routesText(): string {
  const { pages, handlers, actions } = routeTable();
  const list = (name: string, rows: object[]) => `  "${name}": [\n${rows.map((row) => `    ${JSON.stringify(row)}`).join(",\n")}\n  ]`;
  return `{\n${[list("pages", pages), list("handlers", handlers), list("actions", actions)].join(",\n")}\n}\n`;
}

/** Every page, route handler and server action with what its door asks for. Throws for one whose door cannot be read. */
export function routeTable(): RouteTable {
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .map((path) => `src/${path.replaceAll("\\", "/")}`)
    .sort();
  return {
    pages: files.filter((file) => /^src\/app\/(.*\/)?page\.tsx$/.test(file)).map(page),
    handlers: files.filter((file) => /^src\/app\/.*\/route\.ts$/.test(file)).flatMap(handlers),
    actions: files.filter((file) => file.endsWith("/actions.ts")).flatMap(actions),
  };
}

function page(file: string): RouteTable["pages"][number] {
  // A page that asks only some of its readers (`if (…) await enter(…)`) is open to everybody else.
  const call = /^ {2}(?!if\b)[^\n]*await enter\(([^)]*)\)/m.exec(code(file));
  const [action, subject, standing] = (call?.[1] ?? "").split(",").map((text) => /"(\w+)"/.exec(text)?.[1]);
  if (call && !(action && subject)) throw new Error(`${file}: write enter("action", "Subject") with its words in place`);
  const access: Ability = action && subject ? { can: [action, subject], ...(standing === "any" && { standing }) } : { visitor: true };
  return { path: pathOf(file), file, access };
}

function handlers(file: string): RouteTable["handlers"] {
  const text = code(file);
  const made = new Map(
    [...text.matchAll(/const (\w+) = handler\(\s*(\{[^}]*\})/g)].map(([, name = "", access = ""]) => [name, doorOf(file, access)]),
  );
  const direct = [...text.matchAll(/^export (?:const|async function|function) ([A-Z]+)\b/gm)].map(([, method = ""]) => ({
    method,
    from: method,
  }));
  const listed = [...text.matchAll(/^export \{([^}]*)\}/gm)].flatMap(([, names = ""]) =>
    names.split(",").map((name) => ({ from: name.trim().split(" as ")[0] ?? "", method: name.trim().split(" as ").at(-1) ?? "" })),
  );
  return [...direct, ...listed].map(({ method, from }) => {
    // Auth.js and the health route have no door of ours: anybody may ask them.
    const { access, rate }: { access: Ability; rate: string | null } = made.get(from) ?? { access: { visitor: true }, rate: null };
    return { method, path: pathOf(file), file, access, rate };
  });
}

function actions(file: string): RouteTable["actions"] {
  return [...code(file).matchAll(/^export const (\w+) = action\(\s*(\{[^}]*\})/gm)].map(([, name = "", access = ""]) => ({
    name,
    file,
    ...doorOf(file, access),
  }));
}

function doorOf(file: string, literal: string): { access: Ability; rate: string } {
  const rate = /rate: "(\w+)"/.exec(literal)?.[1];
  const can = /can: \["(\w+)", "(\w+)"\]/.exec(literal);
  const isVisitor = /visitor: true/.test(literal);
  if (!rate || (!can && !isVisitor)) throw new Error(`${file}: the access of an action or handler has to stand in place, not ${literal}`);
  const standing = /standing: "any"/.test(literal) ? { standing: "any" as const } : {};
  const impersonated = /impersonated: "(\w+)"/.exec(literal)?.[1];
  return {
    access: can ? { can: [can[1] ?? "", can[2] ?? ""], ...standing, ...(impersonated && { impersonated }) } : { visitor: true },
    rate,
  };
}

/** `src/app/(public)/login/page.tsx` is `/login`. */
function pathOf(file: string): string {
  const folders = file
    .split("/")
    .slice(2, -1)
    .filter((folder) => !/^\(.*\)$/.test(folder));
  return `/${folders.join("/")}`;
}

function code(file: string): string {
  return readFileSync(join(root, file), "utf8").replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
}
