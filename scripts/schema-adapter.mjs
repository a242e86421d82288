// @prisma/adapter-pg as the schema engine needs it. Each mend names what it is for; they were found on adapter-pg 7.10.0.
import { randomUUID } from "node:crypto";
import { PrismaPg } from "@prisma/adapter-pg";
import { ColumnTypeEnum, DriverAdapterError } from "@prisma/driver-adapter-utils";

/** PostgreSQL's "char" and text: https://www.postgresql.org/docs/18/catalog-pg-type.html */
const CHAR_OID = 18;
const TEXT_OID = 25;

/** @typedef {import("@prisma/driver-adapter-utils").SqlDriverAdapter} Adapter */

/** Connects the engine to `url`, and to a shadow database when it asks for one. */
export class SchemaAdapterFactory {
  provider = /** @type {const} */ ("postgres");
  adapterName = "@prisma/adapter-pg";

  /** @param {string} url @param {string} [shadowUrl] a database kept for this, instead of one made and dropped each time */
  constructor(url, shadowUrl) {
    this.url = url;
    this.shadowUrl = shadowUrl;
  }

  async connect() {
    return connectTo(this.url);
  }

  async connectToShadowDb() {
    if (this.shadowUrl) {
      const adapter = await connectTo(this.shadowUrl);
      await adapter.executeScript("DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public;");
      return adapter;
    }
    // The adapter's own version ignores the database name beside a connection string, and drops the database it is still connected to.
    const name = `prisma_migrate_shadow_db_${randomUUID()}`;
    const admin = await connectTo(this.url);
    await admin.executeScript(`CREATE DATABASE "${name}"`);
    const shadow = await connectTo(databaseUrl(this.url, name));
    const close = shadow.dispose.bind(shadow);
    shadow.dispose = async () => {
      await close();
      await admin.executeScript(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
      await admin.dispose();
    };
    return shadow;
  }
}

/**
 * `url` with another database.
 * @param {string} url @param {string} database
 */
export function databaseUrl(url, database) {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(database)}`;
  return other.href;
}

/** @param {string} url @returns {Promise<Adapter>} */
async function connectTo(url) {
  const parsed = new URL(url);
  const schema = parsed.searchParams.get("schema") ?? undefined;
  // Prisma's own parameters; a server would refuse some and the driver passes on all it does not know.
  for (const name of ["schema", "connection_limit", "pool_timeout", "pgbouncer", "socket_timeout"]) parsed.searchParams.delete(name);
  const adapter = await new PrismaPg(
    { connectionString: parsed.href, ...(schema ? { options: `-c search_path=${JSON.stringify(schema)}` } : {}) },
    schema ? { schema } : undefined,
  ).connect();
  const pool = /** @type {{ query(text: string): Promise<unknown> }} */ (adapter.underlyingDriver());
  // The adapter's own version cuts the script at every semicolon, also inside a function's body.
  adapter.executeScript = async (script) => {
    try {
      await pool.query(script);
    } catch (error) {
      throw asReported(error);
    }
  };
  readCharColumns(adapter);
  const begin = adapter.startTransaction.bind(adapter);
  adapter.startTransaction = async (isolation) => readCharColumns(await begin(isolation));
  return adapter;
}

/**
 * The adapter refuses columns of type "char", which the engine's catalogue queries return: they are handed over as text and
 * reported as characters.
 * @template {import("@prisma/driver-adapter-utils").SqlQueryable} T
 * @param {T} queryable
 * @returns {T}
 */
function readCharColumns(queryable) {
  const inner = /** @type {any} */ (queryable);
  const queryRaw = inner.queryRaw;
  inner.queryRaw = async (/** @type {unknown} */ query) => {
    /** @type {number[]} */
    let chars = [];
    const reading = Object.create(inner, {
      performIO: {
        value: async (/** @type {unknown} */ asked) => {
          const result = await inner.performIO(asked);
          chars = result.fields.flatMap((/** @type {{ dataTypeID: number }} */ field, /** @type {number} */ at) =>
            field.dataTypeID === CHAR_OID ? [at] : [],
          );
          for (const at of chars) result.fields[at].dataTypeID = TEXT_OID;
          return result;
        },
      },
    });
    const set = await queryRaw.call(reading, query);
    for (const at of chars) set.columnTypes[at] = ColumnTypeEnum.Character;
    return set;
  };
  return queryable;
}

/**
 * A failed script keeps the server's own words, which the engine prints beside the migration's name. Adapter and engine would
 * both shorten codes they know to their own ("column not found"), so the code goes into the words.
 * @param {any} error
 */
function asReported(error) {
  if (typeof error?.code !== "string" || typeof error.severity !== "string") return error;
  const { code, severity, message, detail, column, hint } = error;
  return new DriverAdapterError({ kind: "postgres", code: "", severity, message: `${message} (SQLSTATE ${code})`, detail, column, hint });
}
