import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const CACHE = fileURLToPath(new URL("../../node_modules/.cache/foyer-debian/", import.meta.url));
/** Swift, an S3 server; and Redis. */
const PACKAGES = [
  "swift-proxy",
  "swift-account",
  "swift-container",
  "swift-object",
  "memcached",
  "python3-lxml",
  "libxslt1.1",
  "redis-server",
];
/** What those packages ask for but a server started by hand does not use: half of the download. */
const UNUSED =
  /-dev$|^(rsyslog|logrotate|rsync|uwsgi-.*|po-debconf|intltool-debian|openstack-pkg-tools|docutils-common|python3-docutils|ieee-data|lib(estr|fastjson|lognorm|zmq|pgm|norm|yajl).*)$/;

/**
 * The folder with these packages, the servers that the tests talk to and npm does not have where none are named, unpacked from Debian's packages on first use; two
 * runs at once both end up with a whole one. Throws with what to do where that is not possible.
 */
export async function unpackedPackages(packages = PACKAGES, unused: RegExp | null = UNUSED): Promise<string> {
  // Another list of packages is another folder.
  const folder = join(CACHE, createHash("sha256").update(packages.join()).digest("hex").slice(0, 12));
  if (await exists(join(folder, "complete"))) return folder;
  if (!(await exists("/usr/bin/python3")) || !(await exists("/usr/bin/apt-get"))) {
    throw new Error(
      "The tests of S3, Redis and films need a Debian or Ubuntu with python3, or, for those of S3, a server named by TEST_S3_ENDPOINT, TEST_S3_BUCKET, TEST_S3_ACCESS_KEY_ID and TEST_S3_SECRET_ACCESS_KEY.",
    );
  }
  await mkdir(CACHE, { recursive: true });
  const work = await mkdtemp(join(CACHE, "unpack-"));
  try {
    await download(work, packages, unused);
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

/** Where the programs in there find their libraries: a value of LD_LIBRARY_PATH. */
export async function librariesOf(packages: string): Promise<string> {
  const folders = (await readdir(join(packages, "usr/lib"))).filter((name) => name.endsWith("-linux-gnu"));
  return [...folders, "."].map((name) => join(packages, "usr/lib", name)).join(":");
}

/** Downloads what is missing on this machine, with package lists of its own: the machine's may be empty, old, or root's. */
async function download(work: string, packages: string[], unused: RegExp | null): Promise<void> {
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
  const { stdout } = await run("apt-get", [...options, "install", "--simulate", "--no-install-recommends", ...packages], {
    cwd: work,
    maxBuffer: 1e8,
  });
  const missing = [...stdout.matchAll(/^Inst (\S+)/gm)].flatMap(([, name]) => (name && !unused?.test(name) ? [name] : []));
  // What is asked for is asked for in there, also where this machine has it.
  await run("apt-get", [...options, "download", ...new Set([...packages, ...missing])], { cwd: work });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
