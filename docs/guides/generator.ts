// A generator for Foyer, by Node's own modules and sharp: pictures of one colour, and Markdown from chapters or a post.
// WEBHOOK_SECRET=whsec_... PORT=9000 npx tsx generator.ts
import { createHash, createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import sharp from "sharp";

interface Place {
  index: number;
  contentType: string;
  maxBytes: number;
  method: string;
  url: string;
  headers: Record<string, string>;
}
interface Job {
  jobId: string;
  attempt: number;
  ask: { prompt?: string; size?: string; title?: string; content?: string; chapters?: { title: string; content: string }[] };
  places: Place[];
  callbackUrl: string;
}

const keys = (process.env.WEBHOOK_SECRET ?? "").split(/[,\s]+/).map((secret) => Buffer.from(secret.replace("whsec_", ""), "base64"));
const [key = Buffer.alloc(0)] = keys;
const begun = new Set<string>();
const cancelled = new Set<string>();
const nameOf = ({ jobId, attempt }: Pick<Job, "jobId" | "attempt">) => `${jobId} ${attempt}`;

const signature = (by: Buffer, id: string, stamp: string, body: string) =>
  `v1,${createHmac("sha256", by).update(`${id}.${stamp}.${body}`).digest("base64")}`;

function isSigned(headers: IncomingHttpHeaders, body: string): boolean {
  const [id = "", stamp = "", given = ""] = ["id", "timestamp", "signature"].map((name) => String(headers[`webhook-${name}`] ?? ""));
  if (!/^\d+$/.test(stamp) || Math.abs(Date.now() / 1000 - Number(stamp)) > 300) return false;
  const same = (one: Buffer, other: Buffer) => one.length === other.length && timingSafeEqual(one, other);
  return keys.some((by) => given.split(" ").some((one) => same(Buffer.from(one), Buffer.from(signature(by, id, stamp, body)))));
}

/** Tells Foyer, with one webhook-id however often it takes; false once nobody waits for this attempt any more. */
async function say({ jobId, attempt, callbackUrl }: Job, kind: string, more: object = {}): Promise<boolean> {
  const body = JSON.stringify({ type: `generation.${kind}`, data: { jobId, attempt, ...more } });
  const id = randomUUID();
  for (const pause of [1, 2, 5, 15, 60, 0]) {
    const stamp = String(Math.floor(Date.now() / 1000));
    const headers = { "webhook-id": id, "webhook-timestamp": stamp, "webhook-signature": signature(key, id, stamp, body) };
    const answer = await fetch(callbackUrl, { method: "POST", body, headers }).catch(() => null);
    if (answer?.ok) return (await answer.json()).listening;
    if (answer && ![409, 429, 500, 502, 503, 504].includes(answer.status)) throw new Error(`Foyer answers ${answer.status}`);
    await sleep(pause * 1000);
  }
  return false;
}

/** The bytes of one result; null for what this generator does not make. */
async function make({ prompt = "", size = "1024x1024", title = "", content = "", chapters }: Job["ask"], { index, contentType }: Place) {
  if (contentType === "image/png") {
    const [width = 1, height = 1] = size.split("x").map(Number);
    const [r, g, b] = createHash("sha256").update(`${prompt} ${index}`).digest();
    return sharp({ create: { width, height, channels: 3, background: { r, g, b } } })
      .png()
      .toBuffer();
  }
  if (contentType !== "text/markdown") return null;
  const parts = chapters ?? [{ title: "", content }];
  return Buffer.from([`# ${title}`, ...parts.map((part) => `## ${part.title}\n\n${part.content}`)].join("\n\n"));
}

async function work(job: Job): Promise<void> {
  for (const [done, place] of job.places.entries()) {
    const progress = Math.floor((100 * done) / job.places.length);
    if (cancelled.has(nameOf(job)) || !(await say(job, "progress", { progress, step: "generating" }))) return;
    const body = await make(job.ask, place);
    if (!body || body.length > place.maxBytes) return void (await say(job, "failed", { reason: "refused" }));
    const { ok, status } = await fetch(place.url, { method: place.method, headers: place.headers, body: new Uint8Array(body) });
    if (!ok) throw new Error(`the store answers ${status}`);
    await say(job, "result", { index: place.index });
  }
  await say(job, "completed");
}

const server = createServer(async (request, response) => {
  const body = (await request.toArray()).join("");
  if (!isSigned(request.headers, body)) return response.writeHead(401).end();
  const { type, data } = JSON.parse(body) as { type: string; data: Job };
  if (type === "generation.cancelled") cancelled.add(nameOf(data));
  // It may be sent again.
  else if (type === "generation.requested" && !begun.has(nameOf(data))) work(begun.add(nameOf(data)) && data).catch(console.error);
  response.writeHead(202).end();
});
server.listen(Number(process.env.PORT ?? 9000), () => console.log(`listening on ${(server.address() as AddressInfo).port}`));
