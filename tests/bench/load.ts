import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

export interface Call {
  url: string;
  /** Sent in turn, one a request. */
  cookies?: string[];
}

interface Options {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** One request over a connection that is kept. */
export function send(agent: Agent, url: string, { method = "GET", headers = {}, body }: Options = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() }),
      );
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** Sends `count` requests over four connections, each as soon as the one before is answered; throws at anything but 200. */
export async function saturate(call: Call, count: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  let sent = 0;
  const worker = async () => {
    while (sent < count) {
      const { status } = await send(agent, call.url, { headers: headersOf(call, sent++) });
      if (status !== 200) throw new Error(`${call.url} answered ${status}`);
    }
  };
  await Promise.all([1, 2, 3, 4].map(worker));
  agent.destroy();
}

/**
 * Sends `rate` requests a second whatever the answers do. Latencies in milliseconds count from when each was due, so that a stall
 * shows in all it delayed; an error is its status, or what the connection said.
 */
export async function paced(
  call: Call,
  { rate, seconds }: { rate: number; seconds: number },
): Promise<{ latencies: number[]; errors: string[] }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const latencies: number[] = [];
  const errors: string[] = [];
  const began = performance.now();
  const all: Promise<void>[] = [];
  for (let index = 0; index < rate * seconds; index++) {
    const due = began + (index * 1000) / rate;
    const early = due - performance.now();
    if (early > 0) await sleep(early);
    all.push(
      send(agent, call.url, { headers: headersOf(call, index) }).then(
        ({ status }) => {
          if (status === 200) latencies.push(performance.now() - due);
          else errors.push(String(status));
        },
        (error: Error) => void errors.push("code" in error ? String(error.code) : error.message),
      ),
    );
  }
  await Promise.all(all);
  agent.destroy();
  return { latencies, errors };
}

function headersOf({ cookies = [] }: Call, index: number): Record<string, string> {
  const cookie = cookies[index % cookies.length];
  return cookie ? { cookie } : {};
}
