import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { BlobServiceClient } from "@azure/storage-blob";
import { install, isInstalled } from "../../scripts/install.mjs";
import { freePort } from "./postgres";
import { ofThisRun } from "./run-servers";

const SOURCE = fileURLToPath(new URL("./azurite/", import.meta.url));
const CACHE = fileURLToPath(new URL("../../node_modules/.cache/foyer-azurite/", import.meta.url));
const MANIFESTS = ["package.json", "package-lock.json"];
const START_MS = 60_000;

export interface AzureServer {
  connectionString: string;
  container: string;
  stop(): Promise<void>;
}

/**
 * An empty container of one's own on an Azure Blob server: Azurite, installed by its own lockfile on first use and away from the
 * site's packages, once a run, or, where TEST_AZURE_CONNECTION_STRING and TEST_AZURE_CONTAINER name one, that account.
 */
export async function startAzurite(): Promise<AzureServer> {
  const { TEST_AZURE_CONNECTION_STRING: connectionString, TEST_AZURE_CONTAINER: container } = process.env;
  if (connectionString && container) return { connectionString, container, stop: async () => {} };
  const server = { ...(await ofThisRun("azurite", launchAzurite)), container: `foyer-${randomUUID()}` };
  await BlobServiceClient.fromConnectionString(server.connectionString).createContainer(server.container);
  return server;
}

/** The server itself, which has no containers yet. */
export async function launchAzurite(): Promise<Omit<AzureServer, "container">> {
  const folder = await installed();
  // Ports are chosen before they are bound: another process may have taken one meanwhile.
  return await launch(folder).catch(() => launch(folder));
}

async function launch(folder: string): Promise<Omit<AzureServer, "container">> {
  const port = await freePort();
  const key = randomBytes(64).toString("base64");
  const program = join(folder, "node_modules/azurite/dist/src/blob/main.js");
  const flags = ["--silent", "--inMemoryPersistence", "--disableProductStyleUrl", "--disableTelemetry", "--skipApiVersionCheck"];
  const child = spawn(process.execPath, [program, "--blobHost", "127.0.0.1", "--blobPort", String(port), ...flags], {
    stdio: "ignore",
    env: { NODE_ENV: "test", PATH: process.env.PATH ?? "", AZURITE_ACCOUNTS: `foyer:${key}` },
  });
  const kill = () => void child.kill("SIGKILL");
  process.once("exit", kill);
  const stop = async () => {
    process.off("exit", kill);
    await ended(child);
  };
  for (const end = Date.now() + START_MS; !(await listens(port)); await sleep(20)) {
    if (child.exitCode === null && Date.now() < end) continue;
    await stop();
    throw new Error("Azurite did not start");
  }
  const connectionString = `DefaultEndpointsProtocol=http;AccountName=foyer;AccountKey=${key};BlobEndpoint=http://127.0.0.1:${port}/foyer;`;
  return { connectionString, stop };
}

/** Where Azurite is installed; two runs at once both end up with a whole one. */
async function installed(): Promise<string> {
  const lock = await readFile(join(SOURCE, "package-lock.json"));
  const folder = join(CACHE, createHash("sha256").update(lock).digest("hex").slice(0, 12));
  if (isInstalled(folder, true)) return folder;
  await mkdir(CACHE, { recursive: true });
  const work = await mkdtemp(join(CACHE, "install-"));
  try {
    for (const name of MANIFESTS) await copyFile(join(SOURCE, name), join(work, name));
    await install(work);
    await rename(work, folder).catch((error: unknown) => {
      if (!isInstalled(folder, true)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return folder;
}

function listens(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, "127.0.0.1", () => done(true)).on("error", () => done(false));
    socket.once("connect", () => socket.destroy());
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await exit;
}
