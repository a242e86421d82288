import { Client, type QueryResult, type QueryResultRow } from "pg";
import { within } from "./deadline";
import { env } from "./env";
import { log } from "./log";
import { oneAtATime } from "./one-at-a-time";

const ANSWER_MS = 1_500;
/** How soon a link that died without a word is noticed. */
const HEARTBEAT_MS = 1_000;
const MAX_PAUSE_MS = 2_000;

/** The connection that listens, as long as it stands. It takes one question at a time (pg 9 refuses a second one). */
export interface Link {
  /** Asks it. One that has not answered in time is given up, and made anew. */
  ask<Row extends QueryResultRow>(text: string, ms?: number): Promise<QueryResult<Row>>;
  /** Resolves once all is heard that was notified before it was called. Whoever waits at once shares one question. */
  settle(): Promise<unknown>;
}

interface Ears {
  /** The link stands, for the first time or anew: what was notified before is to be looked up. Where that fails, it does not stand. */
  linked(link: Link): void | Promise<void>;
  heard(payload: string): void;
  /** Asks something once a second, by which it is noticed that the link has died without a word; SELECT 1 where nothing else is to be asked. */
  ask?(link: Link): Promise<unknown>;
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
      const linked = async (link: Link) => {
        await ears.linked(link);
        failures = 0;
      };
      await hear(channel, { ...ears, linked }, signal);
    } catch (error) {
      if (failures % 20 === 0) log().warn({ err: error, channel }, "notifications: no link to the database");
    }
    if (!signal?.aborted) await sleep(Math.min(MAX_PAUSE_MS, 50 * 2 ** Math.min(failures, 6)) * (0.5 + Math.random()));
  }
}

async function hear(channel: string, { linked, heard, ask = settled, lost: gone }: Ears, signal?: AbortSignal): Promise<void> {
  const client = new Client({
    connectionString: env().DATABASE_URL,
    connectionTimeoutMillis: ANSWER_MS,
    keepAlive: true,
    application_name: channel,
  });
  let giveUp: (reason: unknown) => void = () => undefined;
  const lost = new Promise<never>((_, reject) => {
    giveUp = reject;
    client.on("error", reject);
    client.on("end", () => reject(new Error("connection ended")));
  });
  lost.catch(() => undefined);
  const link = linkBy(client, giveUp);
  client.on("notification", ({ payload }) => heard(payload ?? ""));
  try {
    await Promise.race([within(2 * ANSWER_MS, client.connect()), lost]);
    await link.ask(`LISTEN ${client.escapeIdentifier(channel)}`);
    await linked(link);
    while (!signal?.aborted) {
      await Promise.race([sleep(HEARTBEAT_MS), lost]);
      await Promise.race([ask(link), lost]);
    }
  } finally {
    gone?.();
    client.removeAllListeners("notification");
    // A half-open socket never finishes a polite goodbye.
    void within(ANSWER_MS, client.end()).catch(() => undefined);
  }
}

function linkBy(client: Client, giveUp: (reason: unknown) => void): Link {
  const inTurn = oneAtATime();
  const answered = async <Row extends QueryResultRow>(text: string, ms: number) => {
    try {
      return await within(ms, client.query<Row>(text));
    } catch (error) {
      giveUp(error);
      throw error;
    }
  };
  let next: Promise<unknown> | null = null;
  const settle = () => {
    next ??= inTurn(() => {
      // It is asked now: whoever comes later may wait for what is notified after it.
      next = null;
      return answered("SELECT 1", ANSWER_MS);
    });
    return next;
  };
  return { ask: (text, ms = ANSWER_MS) => inTurn(() => answered(text, ms)), settle };
}

function settled(link: Link): Promise<unknown> {
  return link.settle();
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
