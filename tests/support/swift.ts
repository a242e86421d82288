import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { access, mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { withoutNodeNotice } from "@/storage/s3";

const run = promisify(execFile);
const CACHE = fileURLToPath(new URL("../../node_modules/.cache/foyer-swift/", import.meta.url));
const LAUNCHER = fileURLToPath(new URL("./swift.py", import.meta.url));
const PACKAGES = ["swift-proxy", "swift-account", "swift-container", "swift-object", "memcached", "python3-lxml", "libxslt1.1"];
/** What those packages ask for but a server started by hand does not use: half of the download. */
const UNUSED =
  /-dev$|^(rsyslog|logrotate|rsync|uwsgi-.*|po-debconf|intltool-debian|openstack-pkg-tools|docutils-common|python3-docutils|ieee-data|lib(estr|fastjson|lognorm|zmq|pgm|norm|yajl).*)$/;
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
 * An S3 server with an empty bucket of its own: OpenStack Swift from Debian's packages, unpacked into a cache and started
 * as an ordinary process, or, where TEST_S3_ENDPOINT, TEST_S3_BUCKET, TEST_S3_ACCESS_KEY_ID and TEST_S3_SECRET_ACCESS_KEY
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
  const packages = await unpackedPackages();
  // Ports are chosen before they are bound: another process may have taken one meanwhile.
  return await launch(packages).catch(() => launch(packages));
}

async function launch(packages: string): Promise<S3Server> {
  const data = await mkdtemp(join(tmpdir(), "foyer-swift-"));
  const libraries = [...(await readdir(join(packages, "usr/lib"))).filter((name) => name.endsWith("-linux-gnu")), "."].map((name) =>
    join(packages, "usr/lib", name),
  );
  const child = spawn(PYTHON, [LAUNCHER, data, join(packages, "usr/bin/memcached")], {
    // Standard input stays open as long as this process lives; its end is what ends the servers.
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      NODE_ENV: "test",
      PATH: process.env.PATH ?? "",
      LANG: "C.UTF-8",
      PYTHONPATH: join(packages, "usr/lib/python3/dist-packages"),
      PYTHONDONTWRITEBYTECODE: "1",
      LD_LIBRARY_PATH: libraries.join(":"),
    },
  });
  const stop = async () => {
    await ended(child);
    await rm(data, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const server = {
      endpoint: await readEndpoint(child),
      accessKeyId: "test:tester",
      secretAccessKey: "testing",
      bucket: `foyer-${randomUUID()}`,
      stop,
    };
    await createBucket(server);
    return server;
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

/** The folder with Swift's unpacked packages, filled on first use; two runs at once both end up with a whole one. */
async function unpackedPackages(): Promise<string> {
  const folder = join(CACHE, "packages");
  if (await exists(join(folder, "complete"))) return folder;
  if (!(await exists(PYTHON)) || !(await exists("/usr/bin/apt-get"))) {
    throw new Error(
      "The S3 tests need a Debian or Ubuntu with python3, or an S3 server named by TEST_S3_ENDPOINT, TEST_S3_BUCKET, TEST_S3_ACCESS_KEY_ID and TEST_S3_SECRET_ACCESS_KEY.",
    );
  }
  await mkdir(CACHE, { recursive: true });
  const work = await mkdtemp(join(CACHE, "unpack-"));
  try {
    await download(work);
    const target = join(work, "packages");
    await mkdir(target);
    for (const name of (await readdir(work)).filter((name) => name.endsWith(".deb"))) await run("dpkg", ["-x", join(work, name), target]);
    await writeFile(join(target, "complete"), "");
    await rename(target, folder).catch(async (error: unknown) => {
      if (!(await exists(join(folder, "complete")))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return folder;
}

/** Downloads what is missing on this machine, with package lists of its own: the machine's may be empty, old, or root's. */
async function download(work: string): Promise<void> {
  const options = [
    "-o",
    `Dir::State::lists=${join(work, "lists")}`,
    "-o",
    `Dir::Cache=${join(work, "cache")}`,
    "-o",
    "APT::Sandbox::User=",
  ];
  await mkdir(join(work, "lists/partial"), { recursive: true });
  await mkdir(join(work, "cache/archives/partial"), { recursive: true });
  await run("apt-get", [...options, "update"], { cwd: work });
  const { stdout } = await run("apt-get", [...options, "install", "--simulate", "--no-install-recommends", ...PACKAGES], {
    cwd: work,
    maxBuffer: 1e8,
  });
  const names = [...stdout.matchAll(/^Inst (\S+)/gm)].flatMap(([, name]) => (name && !UNUSED.test(name) ? [name] : []));
  await run("apt-get", [...options, "download", ...names], { cwd: work });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
