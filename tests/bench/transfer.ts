import { randomBytes } from "node:crypto";
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { LocalStorage } from "../../src/storage/local";
import { S3Storage } from "../../src/storage/s3";
import { SigV4Signer } from "../../src/storage/sigv4";
import type { Storage } from "../../src/storage/storage";
import { listen } from "../support/listen";
import { startSwift } from "../support/swift";
import { SECRET, startFoyer } from "./foyer";
import { type Line, median } from "./report";
import type { Stage } from "./stage";

const SIZE_BYTES = 64_000_000;
const TYPE = "application/octet-stream";
const ROUNDS = 5;
/** Nine tenths of the throughput. */
const GOAL = { most: 1.11, of: "ratio" as const };

/** Where one object is put and got. */
interface Place {
  put(): Promise<string>;
  get(): Promise<string>;
}

/**
 * How long 64 MB take up and down: through LOCAL, beside a bare Node server that keeps a file on the same disk; through the URLs of
 * the S3 driver, beside those that are made by hand for the same server. There the bytes never pass through the app: its CPU time
 * meanwhile is told.
 */
export async function transfer(stage: Stage): Promise<Line[]> {
  const { url } = await stage.database();
  const tree = await stage.tree();
  const app = await startFoyer(tree, url);
  const bare = await startBare();
  const swift = await startSwift();
  try {
    const local = new LocalStorage({ folder: join(tree, "data", "files"), secret: SECRET });
    const ours = await compare("LOCAL", placeOf(local, app.url), { put: async () => bare.url, get: async () => bare.url });
    stage.say("transfer: S3");
    const { endpoint, bucket, stop: _, ...credentials } = swift;
    const s3 = new S3Storage({ endpoint, bucket, region: "us-east-1", forcePathStyle: true, credentials });
    const byHand = new SigV4Signer({ url: `${endpoint}/${bucket}`, region: "us-east-1" }, credentials);
    const before = app.cpu();
    const theirs = await compare("S3", placeOf(s3, app.url), {
      put: async () => byHand.put("bench/direct", { contentType: TYPE, sizeBytes: SIZE_BYTES }, 600),
      get: async () => byHand.get("bench/direct", {}, 600),
    });
    const spent = (app.cpu() - before) / 1_000;
    return [...ours, ...theirs, { id: "transfer", what: "  the app's CPU time meanwhile", ours: spent, unit: "ms" }];
  } finally {
    await swift.stop();
    await bare.stop();
    await app.stop();
  }
}

function placeOf(store: Storage, origin: string): Place {
  const key = "bench/through";
  const download = { filename: "a.bin", contentType: TYPE, disposition: "attachment", expiresIn: 600 } as const;
  return {
    put: async () =>
      new URL((await store.presignUpload(key, { contentType: TYPE, sizeBytes: SIZE_BYTES, expiresIn: 600 })).url, origin).href,
    get: async () => new URL((await store.presignDownload(key, download)).url, origin).href,
  };
}

async function compare(name: string, ours: Place, direct: Place): Promise<Line[]> {
  const body = randomBytes(SIZE_BYTES);
  const up = async (place: Place) => {
    const url = await place.put();
    return timed(() => fetch(url, { method: "PUT", body, headers: { "content-type": TYPE } }));
  };
  const down = async (place: Place) => {
    const url = await place.get();
    return timed(() => fetch(url));
  };
  const times = { up: [[], []] as [number[], number[]], down: [[], []] as [number[], number[]] };
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [index, place] of [ours, direct].entries()) {
      const [sent, got] = [await up(place), await down(place)];
      // The first one warms up.
      if (round > 0) times.up[index]?.push(sent);
      if (round > 0) times.down[index]?.push(got);
    }
  }
  return Object.entries(times).map(([way, [one, other]]) => ({
    id: "transfer",
    what: `${name}: 64 MB ${way}, against the same without the site`,
    ours: median(one),
    peer: median(other),
    unit: "ms",
    goal: GOAL,
  }));
}

async function timed(work: () => Promise<Response>): Promise<number> {
  const began = performance.now();
  const answer = await work();
  if (!answer.ok) throw new Error(`${answer.url} answered ${answer.status}`);
  for await (const _ of answer.body ?? []);
  return performance.now() - began;
}

/** The least a server can do with a file: write what is put, send what is got. */
async function startBare() {
  const folder = mkdtempSync(join(tmpdir(), "foyer-bench-bare-"));
  const path = join(folder, "object");
  const server = await listen(
    createServer((request, answer) => {
      const done =
        request.method === "PUT"
          ? pipeline(request, createWriteStream(path, { flush: true })).then(() => answer.end())
          : pipeline(createReadStream(path), answer);
      done.catch(() => answer.destroy());
    }),
  );
  const stop = async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { url: `${server.url}/object`, stop };
}
