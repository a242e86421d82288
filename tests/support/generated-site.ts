import { createServer } from "node:http";
import { POST } from "@/app/api/webhooks/generation/route";
import { handleStorageRequest } from "@/storage";
import { listen } from "./listen";
import { browser } from "./request";

/** The site as far as a generator sees it: its LOCAL store, and where it says how far it is. */
export function generatedSite(): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const path = incoming.url ?? "";
    const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
    const init = { method: incoming.method ?? "", headers, ...(chunks.length > 0 && { body: new Uint8Array(Buffer.concat(chunks)) }) };
    const answer = path.startsWith("/api/webhooks/")
      ? await browser().fetch(POST, path, init)
      : await handleStorageRequest(new Request(new URL(path, `http://${incoming.headers.host}`), init));
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()));
  });
  return listen(server);
}
