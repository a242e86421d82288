import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { listen } from "./listen";

/** What the double heard: headers and the message. */
export interface Heard {
  headers: IncomingHttpHeaders;
  body: string;
  message: { type: string; data: Record<string, unknown> & { places: Place[] } };
}
interface Place {
  index: number;
  contentType: string;
  maxBytes: number;
  method: string;
  url: string;
  headers: Record<string, string>;
}
export type Answer = (response: ServerResponse) => unknown;

export const begun: Answer = (response) => response.writeHead(202, { "content-type": "application/json" }).end('{"id":"theirs-1"}');

/** Somebody's own backend, which answers as the test wants it: by default that it has begun. */
export async function generatorDouble() {
  const heard: Heard[] = [];
  const self: { heard: Heard[]; answer: Answer } = { heard, answer: begun };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString("utf8");
    heard.push({ headers: request.headers, body, message: JSON.parse(body) });
    self.answer(response);
  });
  return Object.assign(self, await listen(server));
}
