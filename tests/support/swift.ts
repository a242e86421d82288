import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { withoutNodeNotice } from "@/storage/s3";
import { librariesOf, unpackedPackages } from "./debian";
import { ofThisRun } from "./run-servers";

const LAUNCHER = fileURLToPath(new URL("./swift.py", import.meta.url));
// The distribution's own Python, whatever comes first in PATH: its C extensions fit no other.
const PYTHON = "/usr/bin/python3";

export interface S3Server {
  endpoint: string;
  accessKeyId: string;
  secretAccessKey: string;
  bucket: string;
  stop(): Promise<void>;
}

/**
 * An empty bucket of one's own on an S3 server: OpenStack Swift from Debian's packages, unpacked into a cache and started
 * as an ordinary process, once a run, or, where TEST_S3_ENDPOINT, TEST_S3_BUCKET, TEST_S3_ACCESS_KEY_ID and TEST_S3_SECRET_ACCESS_KEY
 * name one, that server (its bucket is used as it is). Throws with what to do where neither is possible.
 */
export async function startSwift(): Promise<S3Server> {
  const {
    TEST_S3_ENDPOINT: endpoint,
    TEST_S3_BUCKET: bucket,
    TEST_S3_ACCESS_KEY_ID: accessKeyId,
    TEST_S3_SECRET_ACCESS_KEY: secretAccessKey,
  } = process.env;
  if (endpoint && bucket && accessKeyId && secretAccessKey) return { endpoint, bucket, accessKeyId, secretAccessKey, stop: async () => {} };
  const server = { ...(await ofThisRun("swift", launchSwift)), bucket: `foyer-${randomUUID()}` };
  await createBucket(server);
  return server;
}

/** The server itself, which has no buckets yet. */
export async function launchSwift(): Promise<Omit<S3Server, "bucket">> {
  const packages = await unpackedPackages();
  // Ports are chosen before they are bound: another process may have taken one meanwhile.
  return await launch(packages).catch(() => launch(packages));
}

async function launch(packages: string): Promise<Omit<S3Server, "bucket">> {
  const data = await mkdtemp(join(tmpdir(), "foyer-swift-"));
  const child = spawn(PYTHON, [LAUNCHER, data, join(packages, "usr/bin/memcached")], {
    // Standard input stays open as long as this process lives; its end is what ends the servers.
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      NODE_ENV: "test",
      PATH: process.env.PATH ?? "",
      LANG: "C.UTF-8",
      PYTHONPATH: join(packages, "usr/lib/python3/dist-packages"),
      PYTHONDONTWRITEBYTECODE: "1",
      LD_LIBRARY_PATH: await librariesOf(packages),
    },
  });
  const stop = async () => {
    await ended(child);
    await rm(data, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    return { endpoint: await readEndpoint(child), accessKeyId: "test:tester", secretAccessKey: "testing", stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function readEndpoint(child: ChildProcess): Promise<string> {
  let complaint = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  if (child.stdout) {
    for await (const line of createInterface({ input: child.stdout })) {
      const message: unknown = JSON.parse(line);
      if (message && typeof message === "object" && "endpoint" in message) return String(message.endpoint);
    }
  }
  throw new Error(`Swift did not start: ${complaint || "no reason given"}`);
}

async function createBucket(server: S3Server): Promise<void> {
  const { endpoint, bucket, ...credentials } = server;
  const options = { endpoint, region: "us-east-1", forcePathStyle: true, credentials };
  const client = withoutNodeNotice(() => new S3Client({ ...options, requestChecksumCalculation: "WHEN_REQUIRED" }));
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.stdin?.end();
  const impatient = setTimeout(() => child.kill("SIGKILL"), 5000);
  await exit;
  clearTimeout(impatient);
}
