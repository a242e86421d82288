#!/usr/bin/env node
// Prisma's schema engine where its native program cannot be downloaded: the same engine as WebAssembly, from npm, behind the
// command line and JSON-RPC that the Prisma CLI expects of the native one. scripts/prisma.ts names this file in
// PRISMA_SCHEMA_ENGINE_BINARY. The protocol was read from the CLI of 7.10.0 (node_modules/prisma/build/cli.js).
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import pg from "pg";
import { databaseUrl, SchemaAdapterFactory } from "./schema-adapter.mjs";

/** Exit codes and log lines of the native engine, which the CLI reads. */
const EXIT_FAILED = 1;
const LOG_TARGET = "schema_engine::logger";

/** Why the WebAssembly stopped; it is reported through this hook alone. */
let panic = "";
Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: (/** @type {string} */ message) => (panic = message) } });

/** Where the adapter keeps errors that it could only hand over as a number. */
/** @type {import("@prisma/driver-adapter-utils").ErrorRegistry | undefined} */
let registry;

/** Whether migrations were applied since the engine last played the applied ones into a shadow database. */
let replayDue = false;

const { datamodels, datasource, command } = readArguments(process.argv.slice(2));
if (command) await runCommand(command);
else await serve();

/** @param {string[]} args */
function readArguments(args) {
  /** @type {[string, string][]} */
  const datamodels = [];
  /** @type {{ url?: string, shadowDatabaseUrl?: string }} */
  let datasource = {};
  let command = "";
  for (let at = 0; at < args.length; at++) {
    const name = args[at];
    if (name === "cli") command = args[++at] ?? "";
    else if (name === "--datasource") datasource = JSON.parse(args[++at] ?? "{}");
    else if (name === "--datamodels" || name === "-d") {
      const path = args[++at] ?? "";
      datamodels.push([path, readFileSync(path, "utf8")]);
    } else if (name?.startsWith("--") && !args[at + 1]?.startsWith("--")) at++;
  }
  return { datamodels, datasource, command };
}

/** `cli can-connect-to-database` and its like: only the exit code counts, and on failure one log line. @param {string} name */
async function runCommand(name) {
  const url = datasource.url ?? "";
  const database = decodeURIComponent(new URL(url).pathname.slice(1)) || "postgres";
  const quoted = pg.escapeIdentifier(database);
  try {
    if (name === "can-connect-to-database") await query(url, "SELECT 1");
    else if (name === "create-database") await query(databaseUrl(url, "postgres"), `CREATE DATABASE ${quoted}`);
    else if (name === "drop-database") await query(databaseUrl(url, "postgres"), `DROP DATABASE ${quoted} WITH (FORCE)`);
    else throw new Error(`The offline schema engine does not know the command ${name}.`);
  } catch (error) {
    const { code, message } = connectionError(error, url);
    // The CLI skips the first line.
    process.stderr.write(
      `\n${JSON.stringify({ timestamp: new Date().toISOString(), level: "ERROR", fields: { error_code: code, message }, target: LOG_TARGET })}\n`,
    );
    process.exit(EXIT_FAILED);
  }
}

/** Answers JSON-RPC, one object a line, until the CLI closes the pipe. */
async function serve() {
  /** @type {Promise<Record<string, (params: unknown) => Promise<unknown>>> | undefined} */
  let engine;
  for await (const line of createInterface({ input: process.stdin })) {
    if (!line.trim()) continue;
    const { id, method, params } = JSON.parse(line);
    // The CLI's receipt for what we had it print.
    if (!method) continue;
    try {
      engine ??= loadEngine();
      const result = /** @type {any} */ (await callEngine(await engine, method, params));
      // The native engine has the CLI print a diff and does not return it.
      if (method === "diff" && typeof result?.stdout === "string") {
        process.stdout.write(
          `${JSON.stringify({ jsonrpc: "2.0", id: `print ${id}`, method: "print", params: { content: result.stdout } })}\n`,
        );
      }
      process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id, result: result ?? null })}\n`);
    } catch (error) {
      process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id, error: rpcError(error) })}\n`);
    }
  }
  process.exit(0);
}

/** @param {Record<string, (params: unknown) => Promise<unknown>>} engine @param {string} method @param {any} params */
async function callEngine(engine, method, params) {
  // These three work on the connection itself, which here belongs to us and not to the engine.
  if (method === "createDatabase")
    return query(
      databaseUrl(datasource.url ?? "", "postgres"),
      `CREATE DATABASE ${pg.escapeIdentifier(new URL(datasource.url ?? "").pathname.slice(1))}`,
    );
  if (method === "getDatabaseVersion") return engine.version?.(params);
  if (method === "dbExecute" && params?.datasourceType?.tag === "url") return query(params.datasourceType.url, params.script);
  const call = engine[method];
  if (!call) throw new Error(`The offline schema engine does not know the method ${method}.`);
  // Unlike the native engine's, these two cannot reach a shadow database ("must be provided through an external factory"): they
  // only find what devDiagnostic has left in the engine's memory, and that is about the migrations applied before it. When
  // `migrate dev` has applied more in between (a draft, a colleague's, all of them on a new database), it is asked once more.
  if (replayDue && (method === "evaluateDataLoss" || method === "createMigration")) {
    await engine.devDiagnostic?.({ migrationsList: params.migrationsList, filters: params.filters });
    replayDue = false;
  }
  const result = /** @type {any} */ (await call.call(engine, params));
  if (method === "applyMigrations" && result?.appliedMigrationNames.length > 0) replayDue = true;
  return result;
}

async function loadEngine() {
  // Node 20 cannot import .wasm: what the package's own entry would do, by hand.
  const glue = await import("@prisma/schema-engine-wasm/schema_engine_bg");
  const path = fileURLToPath(new URL("schema_engine_bg.wasm", import.meta.resolve("@prisma/schema-engine-wasm/schema_engine_bg")));
  const { instance } = await WebAssembly.instantiate(readFileSync(path), { "./schema_engine_bg.js": /** @type {any} */ (glue) });
  const loaded = /** @type {any} */ (glue);
  loaded.__wbg_set_wasm(instance.exports);
  /** @type {any} */ (instance.exports).__wbindgen_start();
  const factory = bindMigrationAwareSqlAdapterFactory(new SchemaAdapterFactory(datasource.url ?? "", datasource.shadowDatabaseUrl));
  registry = factory.errorRegistry;
  return loaded.SchemaEngine.new({ datamodels: datamodels.length > 0 ? datamodels : undefined }, () => {}, factory);
}

/** In the native engine's form: what `data` holds is what the CLI prints. @param {any} error */
function rpcError(error) {
  const text = error instanceof Error ? error.message : String(error?.message ?? error);
  if (panic || error instanceof WebAssembly.RuntimeError) {
    const message = panic || text;
    return { code: 4466, message, data: { is_panic: true, message, error_code: "", error: { message }, meta: null } };
  }
  // An error that the adapter could not name comes back as a number into its registry.
  const hidden = /external error \(?(?:id|#)?:? ?(\d+)/i.exec(text)?.[1];
  const cause = hidden ? registry?.consumeError(Number(hidden))?.error : undefined;
  const message = cause instanceof Error ? cause.message : text;
  return {
    code: 4466,
    message: "An error happened. Check the data field for details.",
    data: { is_panic: false, message, error_code: error?.code ?? "", meta: error?.meta ?? null },
  };
}

/** @param {string} url @param {string} text */
async function query(url, text) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    await client.query(text);
    return null;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Prisma's error codes for a connection that fails. @param {any} error @param {string} url */
function connectionError(error, url) {
  const { hostname, port, username, pathname } = new URL(url);
  const text = error?.message || error?.errors?.[0]?.message || String(error);
  if (error?.code === "3D000") return { code: "P1003", message: `Database \`${pathname.slice(1)}\` does not exist` };
  if (error?.code === "42P04") return { code: "P1009", message: `Database \`${pathname.slice(1)}\` already exists` };
  if (error?.code === "28P01" || error?.code === "28000")
    return {
      code: "P1000",
      message: `Authentication failed against database server, the provided database credentials for \`${username}\` are not valid.`,
    };
  if (error?.code === "42501") return { code: "P1010", message: text };
  return { code: "P1001", message: `Can't reach database server at \`${hostname}:${port || 5432}\`: ${text}` };
}
