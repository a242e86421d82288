import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { LocalStorage } from "../../src/storage/local";
import { S3Storage } from "../../src/storage/s3";
import { SigV4Signer } from "../../src/storage/sigv4";
import type { Storage } from "../../src/storage/storage";
import { freePort } from "../support/postgres";
import { startSwift } from "../support/swift";
import { SECRET, startFoyer } from "./foyer";
import { type Running, start } from "./process";
import { type Line, median } from "./report";
import type { Stage } from "./stage";

const SIZE_BYTES = 64_000_000;
const TYPE = "application/octet-stream";
const ROUNDS = 9;
/** Nine tenths of the throughput. */
const GOAL = { most: 1.11, of: "ratio" as const };

/** Where one object is put and got. */
interface Place {
  put(): Promise<string>;
  get(): Promise<string>;
  /** CPU time so far, in microseconds, of the server that takes and gives the bytes, where it is ours to ask. */
  cpu?(): number;
}

/**
 * How long 64 MB take up and down: through LOCAL, beside a bare Node server that keeps a file on the same disk as durably; through
 * the URLs of the S3 driver, beside those that are made by hand for the same server. There the bytes never pass through the app:
 * its CPU time meanwhile is told.
 */
export async function transfer(stage: Stage): Promise<Line[]> {
  const { url } = await stage.database();
  const tree = await stage.tree();
  const app = await startFoyer(tree, url);
  const bare = await startBare(join(tree, "data", "bare"));
  const swift = await startSwift();
  try {
    stage.say("transfer: LOCAL");
    const local = new LocalStorage({ folder: join(tree, "data", "files"), secret: SECRET });
    const direct = { put: async () => bare.url, get: async () => bare.url, cpu: bare.cpu };
    const ours = await compare("LOCAL", { ...placeOf(local, app.url), cpu: app.cpu }, direct);
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
    return [...ours, ...theirs, { id: "transfer", what: "  CPU of the app meanwhile", ours: spent, unit: "ms" }];
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
  const ways = {
    up: async (place: Place) => {
      const url = await place.put();
      return () => fetch(url, { method: "PUT", body, headers: { "content-type": TYPE } });
    },
    down: async (place: Place) => {
      const url = await place.get();
      return () => fetch(url);
    },
  };
  const samples: Record<keyof typeof ways, Record<"ours" | "direct", Taken[]>> = {
    up: { ours: [], direct: [] },
    down: { ours: [], direct: [] },
  };
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [who, place] of [["ours", ours] as const, ["direct", direct] as const]) {
      for (const way of ["up", "down"] as const) {
        const one = await timed(await ways[way](place), place.cpu);
        // The first one warms up.
        if (round > 0) samples[way][who].push(one);
      }
    }
  }
  return (["up", "down"] as const).flatMap((way) => {
    const of = (value: keyof Taken) => ({
      ours: median(samples[way].ours.map((one) => one[value])),
      peer: median(samples[way].direct.map((one) => one[value])),
    });
    const time: Line = {
      id: "transfer",
      what: `${name}: 64 MB ${way}, against the same without the site`,
      ...of("ms"),
      unit: "ms",
      goal: GOAL,
    };
    return ours.cpu ? [time, { id: "transfer", what: "  CPU of the server", ...of("cpuMs"), unit: "ms" }] : [time];
  });
}

interface Taken {
  ms: number;
  cpuMs: number;
}

async function timed(work: () => Promise<Response>, cpu = () => 0): Promise<Taken> {
  const [began, spent] = [performance.now(), cpu()];
  const answer = await work();
  if (!answer.ok) throw new Error(`${answer.url} answered ${answer.status}`);
  for await (const _ of answer.body ?? []);
  return { ms: performance.now() - began, cpuMs: (cpu() - spent) / 1_000 };
}

/** A process of its own, as the site is. */
async function startBare(path: string): Promise<Running> {
  const port = await freePort();
  const server = new URL("./peers/files.mjs", import.meta.url);
  return start({ cwd: dirname(path), args: [fileURLToPath(server), path, String(port)], port, path: "/", env: {} });
}
