import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { envShape } from "../src/lib/env";
import { root } from "./root";

const LINE_CHARS = 120;
const HEAD = [
  "# Foyer's settings. Made from src/lib/env.ts: node scripts/run.mjs env-example",
  "#",
  "# Nothing here has to be set. What follows `=` is the default; an empty value counts as unset.",
  "# To set one, copy this file to .env (or .env.local, which wins) and take the # away before its name.",
  "# What the process was started with wins over both files.",
];
/** In the order of the file; a variable belongs to the first group whose pattern it matches. */
const GROUPS: { title: string; names: RegExp }[] = [
  { title: "Site", names: /^(PORT|HOSTNAME|FOYER_DATA|LOG_LEVEL)$/ },
  { title: "Sign-in", names: /^(AUTH_|SIGN_UP|REQUIRE_|RATE_LIMIT_|PASSWORD_|HIBP_|BCRYPT_|FOYER_ADMIN_|GEOIP_|TRUSTED_PROXIES$)/ },
  { title: "Database", names: /^(DATABASE_|REDIS_URL$|AUDIT_)/ },
  { title: "Mail", names: /^(SMTP_URL|EMAIL_FROM)$/ },
  { title: "Files", names: /^(STORAGE_|S3_|AWS_|GCS_|AZURE_|PRESIGNED_|MAX_FILE_|QUOTA_)/ },
  { title: "Generated content", names: /^(GENERATOR_URL$|WEBHOOK_SECRET$|GEMINI_|FFMPEG_)/ },
];

/** Writes `.env.example`, or the file named; throws when a variable of the schema has no description or no group. */
export async function main([path = ".env.example"]: string[]): Promise<number> {
  writeFileSync(resolve(root, path), envExample());
  return 0;
}

function envExample(): string {
  const names = Object.keys(envShape) as (keyof typeof envShape)[];
  const grouped = GROUPS.map(({ title, names: pattern }) => ({ title, names: names.filter((name) => pattern.test(name)) }));
  const lost = names.filter((name) => GROUPS.findIndex((group) => group.names.test(name)) === -1);
  if (lost.length > 0) throw new Error(`scripts/env-example.ts has no group for ${lost.join(", ")}.`);
  const sections = grouped.map(({ title, names: own }) =>
    [`# ---- ${title} ----`, ...own.flatMap((name) => ["", ...entry(name)])].join("\n"),
  );
  return `${[HEAD.join("\n"), ...sections].join("\n\n")}\n`;
}

function entry(name: keyof typeof envShape): string[] {
  const { description } = envShape[name];
  if (!description) throw new Error(`${name} has no description in src/lib/env.ts.`);
  const byDefault = envShape[name].safeParse(undefined).data ?? "";
  return [...wrapped(description).map((line) => `# ${line}`), `# ${name}=${byDefault}`];
}

function wrapped(text: string): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1) ?? "";
    if (last && last.length + word.length + 1 > LINE_CHARS) lines.push(word);
    else lines[lines.length - 1] = last ? `${last} ${word}` : word;
  }
  return lines;
}
