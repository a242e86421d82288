import type { AsyncLocalStorage } from "node:async_hooks";
import { once } from "node:events";
import type { FileHandle } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";

const SEND_BYTES = 128 * 1024;
const ASK_MS = 1_000;
/** How slow a transfer may be, on average, and what it may be behind that. */
export interface Pace {
  bytesPerSecond: number;
  graceMs: number;
}
/**
 * Slower than any modem, and as long as nobody who uses the site is silent: each transfer holds a connection and a descriptor. Not "so
 * long without a byte": the kernel takes megabytes for a reader, says for minutes that it has no room, and takes megabytes again.
 */
export const SLOWEST: Pace = { bytesPerSecond: 5_000, graceMs: 30_000 };
/** V8 marks the whole heap, a fifth of a second of this thread, for every 64 MB of buffers of which the young were not looked through. */
const COLLECT_BYTES = 8 * 1_048_576;

/**
 * What scripts/serve.mjs keeps of each request under way, for the bytes that Next would turn into web streams and back, at three
 * times the cost: what arrives, as Node has it; what to send in place of the empty body of a 200 or 206; and how long that is,
 * because Next takes the length away from what its handlers say.
 */
export interface Connection {
  incoming?: IncomingMessage;
  length?: number;
  /** Called once: by the answer, or for an answer that was never sent, when it is gone. */
  send?: (to: ServerResponse) => Promise<void>;
}

type UnderWay = typeof globalThis & { foyerUnderWay?: AsyncLocalStorage<Connection> };

/** Thrown for a request body that ends in an error, to tell the sender's fault from the disk's. */
export class BodyBroken extends Error {}

/** The connection of the request under way; none where another server than ours serves. */
export function connection(): Connection | undefined {
  return (globalThis as UnderWay).foyerUnderWay?.getStore();
}

let uncollected = 0;

/** The bytes of a request that nobody else reads. Left early, the answer can still be read. Cuts the connection of a sender below `pace`. */
export async function* receiveBytes(incoming: IncomingMessage, pace: Pace): AsyncGenerator<Uint8Array> {
  const watch = new PaceWatch(pace, () => incoming.socket.destroy());
  // Destroyed, it would take the connection along, and the answer with it.
  const chunks: AsyncIterator<Uint8Array> = incoming.iterator({ destroyOnReturn: false });
  try {
    for (;;) {
      const { done, value } = await chunks.next().catch((cause: unknown) => {
        throw new BodyBroken("body ended early", { cause });
      });
      if (done) return;
      watch.moved(value.byteLength);
      uncollected += value.byteLength;
      if (uncollected > COLLECT_BYTES) {
        uncollected = 0;
        // There under --expose-gc, with which scripts/supervisor.ts starts the site.
        globalThis.gc?.({ type: "minor" });
      }
      // Until it is asked for more the sender waits for us, and a disk may take its time.
      const since = Date.now();
      watch.isOurs = true;
      yield value;
      watch.isOurs = false;
      watch.excuse(Date.now() - since);
    }
  } finally {
    watch.end();
    await chunks.return?.();
    // What is still sent goes nowhere.
    incoming.resume();
  }
}

/**
 * Sends the bytes of `file` from `start` to `end`, inclusive, as fast as they are read; closes it, also when nobody reads on. Cuts the
 * connection under a reader below `pace`, and under one who is not `welcome` any more, which is asked once a second.
 */
export async function sendFile(
  file: FileHandle,
  { start, end }: { start: number; end: number },
  to: ServerResponse,
  pace: Pace,
  welcome?: () => Promise<boolean>,
): Promise<void> {
  const { socket } = to.req;
  // Of a connection that is gone already nobody would ever hear.
  if (socket.destroyed) return file.close();
  const size = Math.min(SEND_BYTES, end + 1 - start);
  // In turn, over and over: new ones would be garbage to collect.
  let [buffer, other] = [Buffer.allocUnsafeSlow(size), Buffer.allocUnsafeSlow(size)];
  const over = new AbortController();
  const leave = () => Promise.reject(new ReaderGone());
  const gone = once(socket, "close", over).then(leave, leave);
  gone.catch(() => undefined);
  const cut = () => socket.destroy();
  const watch = new PaceWatch(pace, cut, () => to.socket === null);
  const asking = welcome && setInterval(() => void welcome().then((is) => is || cut(), nothing), ASK_MS);
  try {
    let sent: Promise<unknown> = Promise.resolve();
    for (let position = start; position <= end; [buffer, other] = [other, buffer]) {
      const since = Date.now();
      watch.isOurs = true;
      const { bytesRead } = await file.read(buffer, 0, Math.min(size, end + 1 - position), position);
      watch.isOurs = false;
      watch.excuse(Date.now() - since);
      if (bytesRead === 0) throw new Error("storage: a stored file became shorter");
      await sent;
      sent = Promise.race([write(to, buffer.subarray(0, bytesRead)).then(() => watch.moved(bytesRead)), gone]);
      // Thrown where it is waited for; until then it is nobody's.
      sent.catch(nothing);
      position += bytesRead;
    }
    await sent;
  } catch (error) {
    if (!(error instanceof ReaderGone)) throw error;
  } finally {
    watch.end();
    clearInterval(asking);
    over.abort();
    await file.close();
  }
}

/** Looks after one transfer, whatever else goes on in its connection: the socket's own timer is everybody's who writes there. */
class PaceWatch {
  /** While we are what is waited for. */
  isOurs = false;
  #deadline: number;
  readonly #bytesPerSecond: number;
  readonly #timer: NodeJS.Timeout;

  /** `isWaiting`: behind another answer in the same connection, which has its own watch. */
  constructor({ bytesPerSecond, graceMs }: Pace, cut: () => void, isWaiting = () => false) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#deadline = Date.now() + graceMs;
    const everyMs = Math.min(ASK_MS, graceMs / 4);
    this.#timer = setInterval(() => {
      if (isWaiting()) this.excuse(everyMs);
      else if (!this.isOurs && Date.now() > this.#deadline) cut();
    }, everyMs);
  }

  moved(bytes: number): void {
    this.#deadline += (bytes * 1000) / this.#bytesPerSecond;
  }

  excuse(ms: number): void {
    this.#deadline += ms;
  }

  end(): void {
    clearInterval(this.#timer);
  }
}

const nothing = () => undefined;

class ReaderGone extends Error {}

function write(to: ServerResponse, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    to.write(bytes, (error) => (error ? reject(new ReaderGone()) : resolve()));
  });
}
