import { Client, type QueryResult, type QueryResultRow } from "pg";
import { within } from "./deadline";
import { env } from "./env";
import { log } from "./log";
import { oneAtATime } from "./one-at-a-time";

const ANSWER_MS = 1_500;
/** How soon a link that died without a word is noticed. */
const HEARTBEAT_MS = 1_000;
const MAX_PAUSE_MS = 2_000;

/** Asks the connection that listens: whatever was notified before its answer has been heard by then. */
export type Question = <Row extends QueryResultRow>(text: string) => Promise<QueryResult<Row>>;

interface Ears {
  /** The link stands, for the first time or anew: what was notified before is to be looked up. Where that fails, it does not stand. */
  linked(question: Question): void | Promise<void>;
  heard(payload: string): void;
  /** Asks something once a second, by which it is noticed that the link has died without a word; SELECT 1 where nothing else is to be asked. */
  ask?(question: Question): Promise<unknown>;
  /** The link is gone. Also told of one that never stood. */
  lost?(): void;
}

/**
 * Hears what is notified on a channel of PostgreSQL's, by one connection that is made anew within two seconds whenever it is
 * lost, until `signal`. Nothing that is committed after `linked` is missed until the link is lost, which the next `linked` tells.
 */
export async function keepHearing(channel: string, ears: Ears, signal?: AbortSignal): Promise<void> {
  for (let failures = 0; !signal?.aborted; failures++) {
    try {
      const linked = async (question: Question) => {
        await ears.linked(question);
        failures = 0;
      };
      await hear(channel, { ...ears, linked }, signal);
    } catch (error) {
      if (failures % 20 === 0) log().warn({ err: error, channel }, "notifications: no link to the database");
    }
    if (!signal?.aborted) await sleep(Math.min(MAX_PAUSE_MS, 50 * 2 ** Math.min(failures, 6)) * (0.5 + Math.random()));
  }
}

async function hear(channel: string, { linked, heard, ask = plainQuestion, lost: gone }: Ears, signal?: AbortSignal): Promise<void> {
  const client = new Client({
    connectionString: env().DATABASE_URL,
    connectionTimeoutMillis: ANSWER_MS,
    keepAlive: true,
    application_name: channel,
  });
  // It takes no second question before it has answered the first (pg 9 refuses it).
  const inTurn = oneAtATime();
  const question: Question = (text) => inTurn(() => client.query(text));
  const lost = new Promise<never>((_, reject) => {
    client.on("error", reject);
    client.on("end", () => reject(new Error("connection ended")));
  });
  lost.catch(() => undefined);
  client.on("notification", ({ payload }) => heard(payload ?? ""));
  try {
    await Promise.race([within(2 * ANSWER_MS, client.connect()), lost]);
    await within(ANSWER_MS, question(`LISTEN ${client.escapeIdentifier(channel)}`));
    await linked(question);
    while (!signal?.aborted) {
      await Promise.race([sleep(HEARTBEAT_MS), lost]);
      await Promise.race([within(ANSWER_MS, ask(question)), lost]);
    }
  } finally {
    gone?.();
    client.removeAllListeners("notification");
    // A half-open socket never finishes a polite goodbye.
    void within(ANSWER_MS, client.end()).catch(() => undefined);
  }
}

function plainQuestion(question: Question): Promise<unknown> {
  return question("SELECT 1");
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
