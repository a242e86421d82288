import { statSync } from "node:fs";
import { Agent } from "node:http";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { encodeCursor } from "../../src/lib/keyset";
import { S3Storage, withoutNodeNotice } from "../../src/storage/s3";
import { makeMembers, startFoyer } from "./foyer";
import { saturate, send } from "./load";
import { explainEverything, plansOf } from "./people";
import type { Running } from "./process";
import { type Line, median } from "./report";
import type { Stage } from "./stage";

const FILES = 1_000_000;
const PREVIEWS = 100;
const DEPTHS = [1_000, 500_000, 999_900];
const ROUNDS = 5;
const REQUESTS = 300;
const WARM_UP = 10;
const SAMPLES = 60;
const URLS = 2_000;
const S3 = {
  bucket: "bucket",
  region: "eu-west-3",
  credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "a-secret-only-for-benches-0123456789" },
};
/** Rows of a store of which this site knows nothing are not looked for in it meanwhile. */
const ENVIRONMENT = {
  STORAGE_PROVIDER: "LOCAL",
  S3_BUCKET_NAME: S3.bucket,
  AWS_REGION: S3.region,
  AWS_ACCESS_KEY_ID: S3.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: S3.credentials.secretAccessKey,
};
const DOWNLOAD = { filename: "preview.webp", contentType: "image/webp", disposition: "inline", expiresIn: 3600 } as const;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/**
 * G7: what the URLs of previews add to a page of files over HTTP, and what one costs, beside the SDK's presigner; and the list of a
 * person with a million files at any depth, with the plans that PostgreSQL logs.
 */
export async function fileList(stage: Stage): Promise<Line[]> {
  const { client, url, logPath } = await stage.database();
  const [member] = await makeMembers(client, 1);
  if (!member) throw new Error("nobody was made");
  stage.say(`G7: ${FILES.toLocaleString("en")} files`);
  await client.query(
    `INSERT INTO "File" ("id", "ownerId", "name", "key", "previewKey", "kind", "sizeBytes", "contentType", "status", "provider", "createdAt", "updatedAt")
       SELECT gen_random_uuid(), $1::uuid, 'Picture ' || n || '.png', $1::uuid || '/' || gen_random_uuid(),
              CASE WHEN n <= $3 THEN $1::uuid || '/preview-' || n END, (CASE WHEN n <= $3 THEN 'IMAGE' ELSE 'OTHER' END)::"FileKind", n, 'image/png', 'READY',
              (CASE WHEN n <= $3 THEN 'S3' ELSE 'GCS' END)::"StorageProvider", now() - make_interval(secs => n * 10::float8), now()
         FROM generate_series(1, $2::int) n`,
    [member.id, FILES, PREVIEWS],
  );
  await client.query(`VACUUM ANALYZE "File"`);
  const server = await startFoyer(await stage.tree(), url, { more: ENVIRONMENT });
  try {
    const costs = await previews(server, member.cookie);
    await explainEverything(client, true);
    return [...costs, ...(await urls()), ...(await depths(server.url, member.cookie, logPath))];
  } finally {
    await server.stop();
    await explainEverything(client, false);
  }
}

async function previews(server: Running, cookie: string): Promise<Line[]> {
  const costOf = async (kind: string) => {
    const before = server.cpu();
    await saturate({ url: `${server.url}/api/files?kind=${kind}&limit=${PREVIEWS}`, cookies: [cookie] }, REQUESTS);
    return (server.cpu() - before) / REQUESTS;
  };
  for (const kind of ["IMAGE", "OTHER"]) await costOf(kind);
  const [withUrls, without]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    without.push(await costOf("OTHER"));
    withUrls.push(await costOf("IMAGE"));
  }
  const what = "a list of 100 files with the URLs of their previews, against without, CPU";
  return [{ id: "G7", what, ours: median(withUrls), peer: median(without), unit: "us", goal: { most: 1.3, of: "ratio" } }];
}

/** A URL by each way, in microseconds of this thread. */
async function urls(): Promise<Line[]> {
  const store = new S3Storage(S3);
  const command = () => new GetObjectCommand({ Bucket: S3.bucket, Key: "owner/file", ResponseContentType: DOWNLOAD.contentType });
  const client = () => withoutNodeNotice(() => new S3Client(S3));
  const one = client();
  const costOf = async (sign: () => Promise<unknown>, count: number) => {
    const round = async () => {
      const began = performance.now();
      for (let index = 0; index < count; index++) await sign();
      return ((performance.now() - began) * 1_000) / count;
    };
    const rounds: number[] = [];
    for (let index = 0; index < ROUNDS; index++) rounds.push(await round());
    return median(rounds);
  };
  const ours = await costOf(() => store.presignDownload("owner/file", DOWNLOAD), URLS);
  const sdk = await costOf(() => getSignedUrl(one, command(), { expiresIn: 3600 }), URLS / 10);
  const fresh = await costOf(() => getSignedUrl(client(), command(), { expiresIn: 3600 }), URLS / 10);
  return [
    { id: "G7", what: "  one URL, with its headers, against the SDK's presigner", ours, peer: sdk, unit: "us" },
    { id: "G7", what: "  against a new client of the SDK each time", ours, peer: fresh, unit: "us" },
  ];
}

/** In turn, so that what else the machine does meanwhile falls on all of them alike. */
async function depths(origin: string, cookie: string, logPath: string): Promise<Line[]> {
  const from = statSync(logPath).size;
  const pages = [0, ...DEPTHS].map((depth) => {
    // A cursor as the page before would hand out: no id is larger, in a list that is read backwards.
    const value = new Date(Date.now() - depth * 10_000).toISOString();
    const cursor = encodeCursor({ value, id: "ffffffff-ffff-4fff-8fff-ffffffffffff" });
    return { depth, url: `${origin}/api/files${depth > 0 ? `?cursor=${cursor}` : ""}`, times: [] as number[] };
  });
  for (let sample = -WARM_UP; sample < SAMPLES; sample++) {
    for (const { url, times } of pages) {
      const ms = await timed(url, cookie);
      if (sample >= 0) times.push(ms);
    }
  }
  const [first, ...deep] = pages.map(({ depth, times }) => ({ depth, ms: median(times) }));
  const scans = (await plansOf(logPath, from, "File")).filter(({ plan }) => /Seq Scan on "File"/.test(plan)).length;
  return [
    ...deep.map(({ depth, ms }): Line => {
      const what = `a page ${depth.toLocaleString("en")} deep in ${FILES.toLocaleString("en")} files, against the first`;
      return { id: "files", what, ours: ms, peer: first?.ms ?? null, unit: "ms", goal: { most: 1.5, of: "ratio" } };
    }),
    { id: "files", what: "sequential scans of files", ours: scans, unit: "", goal: { most: 0, of: "ours" } },
  ];
}

async function timed(url: string, cookie: string): Promise<number> {
  const began = performance.now();
  const { status, body } = await send(agent, url, { headers: { cookie } });
  if (status !== 200) throw new Error(`${url} answered ${status}: ${body}`);
  return performance.now() - began;
}
