import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { type Env, splitSecrets } from "../src/lib/env";
import { archiveAudit } from "./audit-archive";
import { type Head, readArchives, verifyAudit } from "./audit-chain";
import { knownKeys, signingKey } from "./audit-keys";
import { fileProblems, type ReadArchive, readArchive } from "./audit-read";
import { openDatabase } from "./db";
import { authSecret, readEnvironment, requireDataFolder } from "./environment";
import { withClient } from "./migrate";
import { counted, UserError } from "./terminal.mjs";

/** More are counted, not named. */
const MOST_NAMED = 50;
const DAY_MS = 24 * 3_600_000;
const USAGE = {
  verify:
    "npm run audit:verify takes nothing, or after -- : --head SEQ:HASH as an earlier run printed it, --archive FILE…, --key PUBLIC_KEY, --offline.",
  archive: "npm run audit:archive takes after -- : --before 2026-01-31 (or AUDIT_RETENTION_DAYS is set), --out FOLDER.",
};

const headSchema = z.strictObject({ seq: z.number().int().positive(), hash: z.string().regex(/^[0-9a-f]{64}$/) });
const say = (line: string) => process.stdout.write(`${line}\n`);

/**
 * `npm run audit:verify`: reads the whole audit log and names every row that was changed, removed, added or moved since it was
 * written; exit code 1 when there is one. Remembers where the log ended in FOYER_DATA, so that the next time a log that was cut
 * at its end, or hashed anew, is found too; `--head SEQ:HASH` names an end that was kept elsewhere. With `--archive FILE…` it reads
 * those too, in the order given; `--offline` nothing else. `npm run audit:archive` moves the oldest rows into a signed file.
 */
export async function main([name = "", ...args]: string[]): Promise<number> {
  if (name !== "verify" && name !== "archive") throw new UserError(`There is no audit command ${name}; there are verify and archive.`);
  const env = readEnvironment();
  requireDataFolder(env.FOYER_DATA);
  return name === "verify" ? verify(env, args) : archive(env, args);
}

async function verify(env: Env, args: string[]): Promise<number> {
  const options = {
    head: { type: "string" },
    archive: { type: "string", multiple: true },
    key: { type: "string", multiple: true },
  } as const;
  const { values, positionals } = parsed(() =>
    parseArgs({ args, options: { ...options, offline: { type: "boolean" } }, allowPositionals: true }),
  );
  // A shell writes FILE* out: what follows the first one are files too.
  const paths = [...(values.archive ?? []), ...positionals];
  if ((positionals.length > 0 && !values.archive) || (values.offline && paths.length === 0)) throw new UserError(USAGE.verify);
  const path = join(env.FOYER_DATA, "audit-head.json");
  const heads = [...remembered(path), ...given(values.head)];
  const keys = knownKeys(keysPath(env), splitSecrets(authSecret(env)), values.key);
  const files: ReadArchive[] = [];
  for (const file of paths) files.push(await readArchive(resolve(file), keys, heads));
  if (values.offline) return verdictOf(fileProblems(files, null), `The archives are as they were written: ${files.length}.`);
  return onDatabase(env, async (client) => {
    const { rows, archived, head, unseen, problems } = await verifyAudit(client, heads, keys);
    const hidden =
      files.length > 0 ? [] : unseen.map((seq) => `row ${seq}, where the log ended once, is archived: --archive FILE… looks at it`);
    const all = [...(files.length > 0 ? fileProblems(files, await readArchives(client)) : []), ...hidden, ...problems];
    if (head && all.length === 0) keep(path, head);
    const before = archived > 0 ? ` after ${archived} in archives${files.length > 0 ? ", which are too" : ""}` : "";
    const end = head ? ` It ends with ${head.seq}:${head.hash}` : "";
    return verdictOf(all, `The audit log is as it was written: ${counted(rows, "row")}${before}.${end}`);
  });
}

async function archive(env: Env, args: string[]): Promise<number> {
  const { values } = parsed(() => parseArgs({ args, options: { before: { type: "string" }, out: { type: "string" } } }), USAGE.archive);
  const before = day(values.before, env.AUDIT_RETENTION_DAYS);
  const folder = resolve(values.out ?? join(env.FOYER_DATA, "audit-archive"));
  const secrets = splitSecrets(authSecret(env));
  const key = signingKey(secrets[0] ?? "");
  // Before anything is signed: the key has to be known when its secret is long replaced.
  const keys = knownKeys(keysPath(env), secrets);
  const path = join(env.FOYER_DATA, "audit-head.json");
  return onDatabase(env, async (client) => {
    // A signature must not vouch for a log that was hashed anew since somebody looked.
    const { problems, unseen, head } = await verifyAudit(client, remembered(path), keys);
    if (problems.length > 0 || unseen.length > 0) {
      say("Nothing was archived: see npm run audit:verify.");
      return verdictOf(problems.length > 0 ? problems : unseen.map((seq) => `row ${seq}, where the log ended once, is archived`), "");
    }
    if (head) keep(path, head);
    const done = await archiveAudit(client, { before, folder, key });
    if (!done) say(`Nothing to archive: no row but the newest is from before ${before.toISOString().slice(0, 10)}.`);
    else {
      const { firstSeq, lastSeq, firstAt, lastAt } = done.header;
      say(`Rows ${firstSeq} to ${lastSeq} (${firstAt} to ${lastAt}) now lie in ${done.path} and nowhere else: keep it.`);
      say(`Whoever has the public key ${key.publicKey} can verify it.`);
    }
    return 0;
  });
}

function verdictOf(problems: string[], fine: string): number {
  for (const problem of problems.slice(0, MOST_NAMED)) say(`  ${problem}`);
  if (problems.length > MOST_NAMED) say(`  and ${problems.length - MOST_NAMED} more`);
  say(
    problems.length > 0
      ? `\nThe audit log is not as it was written: ${counted(problems.length, "row, place or file", "rows, places or files")}.`
      : fine,
  );
  return problems.length > 0 ? 1 : 0;
}

async function onDatabase(env: Env, work: Parameters<typeof withClient<number>>[1]): Promise<number> {
  const database = await openDatabase(env.DATABASE_URL, join(env.FOYER_DATA, "postgres"));
  try {
    return await withClient(database.url, work);
  } finally {
    await database.stop();
  }
}

function keysPath({ FOYER_DATA }: Env): string {
  return join(FOYER_DATA, "audit-public-keys");
}

function keep(path: string, head: Head): void {
  // Renamed into place: a kill must not leave half an end.
  writeFileSync(`${path}.new`, `${JSON.stringify(head)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

function remembered(path: string): Head[] {
  if (!existsSync(path)) return [];
  try {
    return [headSchema.parse(JSON.parse(readFileSync(path, "utf8")))];
  } catch {
    throw new UserError(
      `${path} cannot be read. It says where the audit log ended when it was last verified; put it back, or delete it to begin anew.`,
    );
  }
}

function given(value: string | undefined): Head[] {
  if (value === undefined) return [];
  const [seq, hash] = value.split(":");
  const head = headSchema.safeParse({ seq: Number(seq), hash });
  if (!head.success) throw new UserError(USAGE.verify);
  return [head.data];
}

/** Midnight in UTC of the day named, or as many days ago as the log keeps. */
function day(named: string | undefined, retentionDays: number | undefined): Date {
  if (named === undefined && retentionDays !== undefined) return new Date(Date.now() - retentionDays * DAY_MS);
  const date = z.iso.date().safeParse(named);
  if (!date.success) throw new UserError(USAGE.archive);
  return new Date(`${date.data}T00:00:00.000Z`);
}

function parsed<T>(parse: () => T, usage = USAGE.verify): T {
  try {
    return parse();
  } catch {
    throw new UserError(usage);
  }
}
