import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const LIMIT_MS = 30_000;

export interface RawAnswer {
  status: number;
  /** Names in lower case; several of one name are joined by a line break. */
  headers: Record<string, string>;
  body: string;
}

interface RawRequest {
  method?: string;
  /** As it is sent: nothing is encoded or resolved. */
  path: string;
  /** As they are sent, in Latin-1; Host and Content-Length are added unless they are given. */
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** The address the connection comes from, where the machine has several. */
  from?: string;
}

/** One HTTP request byte for byte, as no client library would send it. Status 0: the server hung up without an answer. */
export async function raw(url: string, { method = "GET", path, headers = {}, body = "", from }: RawRequest): Promise<RawAnswer> {
  const { hostname, port, host } = new URL(url);
  const bytes = Buffer.from(body);
  const given = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  const all = {
    ...(given.has("host") ? {} : { Host: host }),
    Connection: "close",
    ...(bytes.length > 0 && !given.has("content-length") ? { "Content-Length": String(bytes.length) } : {}),
    ...headers,
  };
  const head = `${method} ${path} HTTP/1.1\r\n${Object.entries(all)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("")}\r\n`;
  const socket = connect({ host: hostname, port: Number(port), ...(from ? { localAddress: from } : {}) });
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  // A server that refuses a body closes while it is still being sent: what it had said before counts.
  socket.on("error", () => undefined);
  socket.write(Buffer.concat([Buffer.from(head, "latin1"), bytes]));
  const closed = new Promise((resolve) => socket.once("close", resolve));
  if (await Promise.race([closed.then(() => false), sleep(LIMIT_MS, true, { ref: false })])) {
    socket.destroy();
    throw new Error(`${method} ${path.slice(0, 80)}: no end of the answer within ${LIMIT_MS} ms`);
  }
  return parse(Buffer.concat(chunks).toString("latin1"));
}

function parse(text: string): RawAnswer {
  const end = text.indexOf("\r\n\r\n");
  const [status = "", ...lines] = text.slice(0, Math.max(0, end)).split("\r\n");
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const name = line.slice(0, line.indexOf(":")).toLowerCase();
    const value = line.slice(line.indexOf(":") + 1).trim();
    headers[name] = name in headers ? `${headers[name]}\n${value}` : value;
  }
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(status)?.[1] ?? 0), headers, body: text.slice(end + 4) };
}
