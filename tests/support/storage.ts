import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { AzureStorage } from "@/storage/azure";
import type { Connection, Pace } from "@/storage/connection";
import { LocalStorage } from "@/storage/local";
import { S3Storage } from "@/storage/s3";
import type { Storage } from "@/storage/storage";
import { type AzureServer, startAzurite } from "./azurite";
import { listen } from "./listen";
import { temporaryFolder } from "./postgres";
import { startSwift } from "./swift";

export interface StoreUnderTest {
  store: Storage;
  /** Where a URL of the store is fetched. */
  at(url: string): URL;
  stop(): Promise<void>;
}

const PAGE_SIZE = 3;

/** The LOCAL driver with a folder of its own, behind a real HTTP server. */
export async function startLocal(slowest?: Pace): Promise<StoreUnderTest & { store: LocalStorage; folder: string }> {
  const folder = temporaryFolder();
  const secret = "a-secret-only-for-tests-0123456789abcdef";
  const store = new LocalStorage({ folder, secret, pageSize: PAGE_SIZE, ...(slowest && { slowest }) });
  const server = await listen(createServer((incoming, outgoing) => void answer(store, incoming, outgoing)));
  return { store, folder, at: (url) => new URL(url, server.url), stop: server.stop };
}

/** The S3 driver on a real S3 server, as the driver of S3 or of Google Cloud Storage. */
export async function startS3(provider: "S3" | "GCS" = "S3"): Promise<StoreUnderTest> {
  const { endpoint, bucket, stop, ...credentials } = await startSwift();
  const store = new S3Storage({ provider, endpoint, bucket, credentials, region: "us-east-1", forcePathStyle: true, pageSize: PAGE_SIZE });
  return { store, at: (url) => new URL(url), stop };
}

/** The Azure driver on Azurite, or on the account that TEST_AZURE_CONNECTION_STRING and TEST_AZURE_CONTAINER name. */
export async function startAzure(): Promise<StoreUnderTest & { store: AzureStorage; service: AzureServer }> {
  const service = await startAzurite();
  const store = new AzureStorage({ ...service, pageSize: PAGE_SIZE });
  return { store, service, at: (url) => new URL(url), stop: service.stop };
}

/** What the route handler and scripts/serve.mjs do around Next: a Request in, a Response out, and the bytes past both. */
async function answer(store: LocalStorage, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const headers = new Headers();
  for (let at = 0; at < incoming.rawHeaders.length; at += 2)
    headers.append(incoming.rawHeaders[at] ?? "", incoming.rawHeaders[at + 1] ?? "");
  const url = new URL(incoming.url ?? "/", `http://${incoming.headers.host}`);
  const connection: Connection = { incoming };
  const response = await store.handle(new Request(url, { method: incoming.method ?? "GET", headers }), connection);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  await connection.send?.(outgoing);
  outgoing.end(new Uint8Array(await response.arrayBuffer()));
}

export interface Answer {
  status: number;
  headers: Headers;
  body: Buffer;
}

/**
 * One HTTP request exactly as given: fetch would put wrong lengths right and refuse odd paths. Without a content-length
 * header the body goes out chunked. `breakOff` ends the connection after the body; the answer is then null.
 */
export function send(
  url: URL,
  options: { method: string; headers?: Record<string, string>; body?: Uint8Array; path?: string; breakOff?: boolean },
): Promise<Answer | null> {
  return new Promise((resolve, reject) => {
    const path = options.path ?? url.pathname + url.search;
    const chunked = options.body && !options.headers?.["content-length"] ? { "transfer-encoding": "chunked" } : {};
    const outgoing = request(
      { host: url.hostname, port: url.port, path, method: options.method, headers: { ...options.headers, ...chunked }, agent: false },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", reject);
        incoming.on("end", () => {
          const headers = new Headers();
          for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value));
          outgoing.destroy();
          resolve({ status: incoming.statusCode ?? 0, headers, body: Buffer.concat(chunks) });
        });
      },
    );
    outgoing.on("error", (error) => (options.breakOff ? resolve(null) : reject(error)));
    if (options.breakOff) {
      // Half a second is time enough for the server to have read what was sent.
      outgoing.write(options.body ?? "", () => setTimeout(() => outgoing.destroy(), 500));
      outgoing.on("close", () => resolve(null));
    } else outgoing.end(options.body);
  });
}
