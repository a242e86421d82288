import { setTimeout as sleep } from "node:timers/promises";
import { createCaslExtension } from "@casl/prisma/runtime";
import { PrismaPg } from "@prisma/adapter-pg";
import { Client, DatabaseError } from "pg";
import { Prisma, PrismaClient } from "@/generated/prisma/client";
import { env } from "./env";
import { log } from "./log";
import { oneAtATime } from "./one-at-a-time";
import { perProcess } from "./per-process";

/** Names of columns' values, for whoever speaks of rows without making a client. */
export type {
  DocumentFormat,
  FileKind,
  GeneratorName,
  ImageFormat,
  JobKind,
  JobStatus,
  OrganizationRole,
  StorageProvider,
  VideoJobStatus,
} from "@/generated/prisma/client";
export type JsonObject = Prisma.InputJsonObject;

const CONNECT_TIMEOUT_MS = 3_000;
/** /members asks on seven connections at once, and to open them costs more than to answer it: whoever reads for half a minute finds them open. */
const IDLE_MS = 60_000;
const STATEMENT_TIMEOUT_MS = 15_000;
/** How long a transaction whose COMMIT got no answer waits to hear what became of it; after which pauses it asks, at first and later. */
const OUTCOME_MS = 10_000;
const OUTCOME_SOON_MS = 50;
const OUTCOME_LATE_MS = 800;
/** How long it may take until a backend that was told to end has ended. */
const ENDED_MS = 3_000;

/** The one database client of this process, made on first use because a build has no database. */
export function db(): Database {
  return perProcess("foyerDb", connect);
}

export type Database = ReturnType<typeof connect>;
/** A database inside a transaction: what `change` hands out. */
export type Transaction = Parameters<Parameters<Database["$transaction"]>[0]>[0];

/** Whether another transaction won: a serialization failure, a deadlock, or a lock that was not granted in time. */
export function isWriteConflict(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2034") return true;
  return /\b(40001|40P01|55P03)\b|write conflict|deadlock/i.test(error instanceof Error ? `${error.message} ${codesOf(error)}` : "");
}

/** Whether a unique column already holds the value that was written. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002";
}

/** Whether the database could not be reached or did not answer: the caller answers "unavailable", never "no such row". */
export function isDatabaseDown(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientInitializationError) return true;
  if (error instanceof Prisma.PrismaClientKnownRequestError && /^P(1001|1002|1008|1017|2024|2028|2037)$/.test(error.code)) return true;
  const text = error instanceof Error ? `${error.name} ${error.message} ${codesOf(error)}` : "";
  return /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|SocketTimeout|\b57P0[123]\b|\b57014\b|\b53300\b|\b08[0-9P]\d{2}\b|connection (timeout|terminated)|terminating connection|database system is|timeout exceeded|query read timeout|not queryable|DatabaseNotReachable|ConnectionClosed|server closed the connection/i.test(
    text,
  );
}

/** The codes of an error, as the database gave them too: of what fails at a COMMIT Prisma hands on what its adapter said. */
function codesOf(error: Error & { code?: unknown; cause?: unknown }): string {
  const { code = "", cause } = error;
  const original = typeof cause === "object" && cause !== null && "originalCode" in cause ? cause.originalCode : "";
  return `${code} ${original}`;
}

type Connected = Awaited<ReturnType<PrismaPg["connect"]>>;
type OneTransaction = Awaited<ReturnType<Connected["startTransaction"]>>;

/** PostgreSQL as Prisma's adapter speaks to it, with transactions that ask `oneByOne`, are `surelyCommitted`, and end with their connection. */
class Postgres extends PrismaPg {
  override async connect(): Promise<Connected> {
    const connected = await super.connect();
    connected.underlyingDriver().on("release", (error, client) => {
      // A transaction that nobody waits for any more would go on in the next one on this connection, and be committed by it.
      if (!error && client.getTransactionStatus() !== "I") void client.end().catch(() => undefined);
    });
    const start = connected.startTransaction.bind(connected);
    connected.startTransaction = async (isolation) => surelyCommitted(oneByOne(await start(isolation)));
    return connected;
  }
}

/** A transaction has one connection, and Prisma reads several relations of a row side by side: pg warns of that, and 9 refuses it. */
function oneByOne(tx: OneTransaction): OneTransaction {
  const inTurn = oneAtATime();
  const [query, execute] = [tx.queryRaw.bind(tx), tx.executeRaw.bind(tx)];
  tx.queryRaw = (asked) => inTurn(() => query(asked));
  tx.executeRaw = (asked) => inTurn(() => execute(asked));
  return tx;
}

/**
 * A line that breaks between COMMIT and its answer leaves open what was done: whoever is told "try again" finds their session ended, their
 * link used or their change made twice. PostgreSQL knows (`pg_xact_status`), and is asked: docs/decisions/0024.
 */
function surelyCommitted(tx: OneTransaction): OneTransaction {
  const execute = tx.executeRaw.bind(tx);
  tx.executeRaw = async (query) => {
    if (query.sql !== "COMMIT") return execute(query);
    const { rows } = await tx.queryRaw({ sql: OUTCOME_ID, args: [], argTypes: [] });
    const [id, era, pid] = rows[0] ?? [];
    return execute(query).catch(async (error: unknown) => {
      // One that has written nothing has no id; and what the server has answered is no question.
      if (typeof id !== "string" || typeof era !== "string" || typeof pid !== "number" || !isDatabaseDown(error)) throw error;
      // Whoever else wants a connection does not wait for what becomes of this one.
      await tx.rollback();
      tx.commit = tx.rollback = async () => undefined;
      if (!(await hasCommitted({ id, era, pid }))) throw error;
      return 0;
    });
  };
  return tx;
}

interface Unanswered {
  id: string;
  era: string;
  /** Of the backend that was asked. */
  pid: number;
}

/**
 * Which transaction this is, whose, and since when the server has counted: it begins to count anew after a crash, when it may give the numbers of
 * transactions that it lost to others.
 */
const OUTCOME_ID = `SELECT pg_current_xact_id_if_assigned()::text, stats_reset::text, pg_backend_pid() FROM pg_stat_bgwriter`;

const END_IT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND backend_xid = $2::xid8::xid";

/** Whether this transaction was committed; false too where that could not be found out. Never throws. */
async function hasCommitted({ id, era, pid }: Unanswered): Promise<boolean> {
  const patience = Date.now() + OUTCOME_MS;
  const pause = (asked: number) => sleep(Math.min(OUTCOME_SOON_MS * 2 ** asked, OUTCOME_LATE_MS));
  for (let asked = 0; Date.now() < patience + ENDED_MS; await pause(asked++)) {
    // Not of the pool, whose connections may all be broken and not know it.
    const client = new Client({
      connectionString: env().DATABASE_URL,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: CONNECT_TIMEOUT_MS,
    });
    client.on("error", () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ status: string | null; era: string }>(
        `SELECT pg_xact_status($1::xid8) AS "status", stats_reset::text AS "era" FROM pg_stat_bgwriter`,
        [id],
      );
      if (rows[0]?.era !== era) break;
      // Else it is still at work, or its server has not noticed that the line is broken.
      if (rows[0].status !== "in progress") return rows[0].status === "committed";
      // A COMMIT that is still on its way must not arrive once it was told that nothing is done.
      if (Date.now() > patience) await client.query(END_IT, [pid, id]);
    } catch (error) {
      // Of a number that it has not given yet the server says so: it has lost this one. All else is a server that is not there yet.
      if (error instanceof DatabaseError && error.code === "22023") break;
    } finally {
      void client.end().catch(() => undefined);
    }
  }
  log().warn({ transaction: id }, "a COMMIT of which nobody knows what became");
  return false;
}

function connect() {
  const adapter = new Postgres({
    connectionString: env().DATABASE_URL,
    max: env().DATABASE_POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_MS,
    query_timeout: STATEMENT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    keepAlive: true,
  });
  // Without the extension a person who may read nothing makes Prisma throw; with it the answer is an empty list.
  return new PrismaClient({ adapter, errorFormat: "minimal" }).$extends(createCaslExtension());
}
