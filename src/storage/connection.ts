import type { AsyncLocalStorage } from "node:async_hooks";
import { once } from "node:events";
import type { FileHandle } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";

const SEND_BYTES = 128 * 1024;
const ASK_MS = 1_000;
/**
 * So long a transfer may stand still: each holds a connection and a descriptor. Half of what nginx gives either direction (send_timeout
 * and client_body_timeout, 60 s), because Node waits once more where a part of what it was given went out meanwhile.
 */
export const STALLED_MS = 30_000;
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

/**
 * The bytes of a request that nobody else reads. Left early, the answer can still be read. Cuts the connection of a sender who sends
 * nothing for `stalledMs`.
 */
export async function* receiveBytes(incoming: IncomingMessage, stalledMs: number): AsyncGenerator<Uint8Array> {
  incoming.setTimeout(stalledMs);
  // Destroyed, it would take the connection along, and the answer with it.
  const chunks: AsyncIterator<Uint8Array> = incoming.iterator({ destroyOnReturn: false });
  try {
    for (;;) {
      const { done, value } = await chunks.next().catch((cause: unknown) => {
        throw new BodyBroken("body ended early", { cause });
      });
      if (done) return;
      uncollected += value.byteLength;
      if (uncollected > COLLECT_BYTES) {
        uncollected = 0;
        // There under --expose-gc, with which scripts/supervisor.ts starts the site.
        globalThis.gc?.({ type: "minor" });
      }
      // Until it is asked for more the sender waits for us, and a disk may take its time.
      incoming.setTimeout(0);
      yield value;
      incoming.setTimeout(stalledMs);
    }
  } finally {
    await chunks.return?.();
    // From here on too.
    incoming.setTimeout(0);
    // What is still sent goes nowhere.
    incoming.resume();
  }
}

/**
 * Sends the bytes of `file` from `start` to `end`, inclusive, as fast as they are read; closes it, also when nobody reads on. Cuts the
 * connection under a reader who takes nothing for `stalledMs`, and under one who is not `welcome` any more, which is asked once a second.
 */
export async function sendFile(
  file: FileHandle,
  { start, end }: { start: number; end: number },
  to: ServerResponse,
  stalledMs: number,
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
  try {
    let sent: Promise<unknown> = Promise.resolve();
    let asked = Date.now();
    for (let position = start; position <= end; [buffer, other] = [other, buffer]) {
      // A disk may take its time: the reader's begins when there is something to take.
      socket.setTimeout(0);
      const { bytesRead } = await file.read(buffer, 0, Math.min(size, end + 1 - position), position);
      // The connection's, not the answer's: one that waits behind another holds its file too. The server sets it anew after the answer.
      socket.setTimeout(stalledMs);
      if (bytesRead === 0) throw new Error("storage: a stored file became shorter");
      await sent;
      if (welcome && Date.now() - asked > ASK_MS) {
        asked = Date.now();
        // An outage ends nothing.
        if (!(await welcome().catch(() => true))) return void to.destroy();
      }
      sent = Promise.race([write(to, buffer.subarray(0, bytesRead)), gone]);
      // Thrown where it is waited for; until then it is nobody's.
      sent.catch(() => undefined);
      position += bytesRead;
    }
    await sent;
  } catch (error) {
    if (!(error instanceof ReaderGone)) throw error;
  } finally {
    over.abort();
    await file.close();
  }
}

class ReaderGone extends Error {}

function write(to: ServerResponse, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    to.write(bytes, (error) => (error ? reject(new ReaderGone()) : resolve()));
  });
}
