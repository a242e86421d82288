// The site's HTTP server around Next, started by scripts/start.ts (or by anyone, with the variables of .env.example set).
// Next's own `next start` believes X-Forwarded-* from everybody; only who holds the socket can say who the peer is.
import { EventEmitter } from "node:events";
import { createServer, STATUS_CODES } from "node:http";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import next from "next";
import { BadRequest, rewriteForwarded, trustedProxies } from "./forwarded.mjs";

/** The whole of one request: an upload of five minutes, and a little. */
const REQUEST_TIMEOUT_MS = 330_000;
/** Above the 60 s after which the usual load balancers drop an idle connection, so that we never drop one they are about to use. */
const KEEP_ALIVE_MS = 65_000;
const HEADERS_TIMEOUT_MS = 66_000;
const GRACE_MS = 10_000;
const IDLE_SWEEP_MS = 100;
/** A mail that is being handed over gets this long; one that is cut off is sent again. */
const JOBS_GRACE_MS = 5_000;

const dir = dirname(dirname(fileURLToPath(import.meta.url)));
const dev = process.argv.includes("--dev");
const hostname = process.env.HOSTNAME || "0.0.0.0";
const port = Number(process.env.PORT ?? 3000);
const trust = { proxies: proxiesOrExit(), trustHost: ["1", "true"].includes(process.env.AUTH_TRUST_HOST ?? "") };

const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: HEADERS_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS });
/** @type {Set<import("node:stream").Duplex>} */
const upgraded = new Set();
/** Next listens for upgrades on the server it is given: on this one it gets only those that passed our checks. */
const upgrades = new EventEmitter();
const app = next({ dev, dir, hostname, port, httpServer: /** @type {import("node:http").Server} */ (/** @type {unknown} */ (upgrades)) });
stopWith(server, app);
await app.prepare();
const handle = app.getRequestHandler();

server.on("request", async (request, response) => {
  try {
    prepare(request);
    if (request.headers["next-action"] !== undefined) blameCaller(response);
    await handle(request, response);
  } catch (error) {
    const status = error instanceof BadRequest ? 400 : 500;
    if (status === 500) console.error(error);
    if (response.headersSent) return void response.destroy();
    response
      .writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store", connection: "close" })
      .end(`${STATUS_CODES[status]}\n`);
  }
});
// Hot reload speaks WebSocket; the site itself does not, so in production nobody gets an upgrade.
server.on("upgrade", (request, socket, head) => {
  socket.on("error", () => socket.destroy());
  try {
    prepare(request);
  } catch {
    return void socket.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n");
  }
  if (!dev) return void socket.end("HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\n\r\n");
  // Once upgraded the server forgets a socket, but still waits for it when it closes.
  upgraded.add(socket);
  socket.once("close", () => upgraded.delete(socket));
  if (!upgrades.emit("upgrade", request, socket, head)) socket.destroy();
});
server.on("error", (error) => {
  console.error(`The site cannot listen on ${hostname}:${port}: ${error.message}`);
  process.exit(1);
});
server.listen(port, hostname, () => {
  const address = server.address();
  process.send?.({ type: "listening", port: typeof address === "object" ? address?.port : port });
});

/** @param {import("node:http").IncomingMessage} request */
function prepare(request) {
  // An absolute or scheme-relative target would name a second host beside the Host header.
  if (!request.url?.startsWith("/")) throw new BadRequest("wrong request target");
  // Next answers 500 to both: a path nobody can decode, and a method its Request does not know.
  if (!isDecodable(request.url.split("?", 1)[0] ?? "")) throw new BadRequest("undecodable path");
  if (request.method === "TRACE") throw new BadRequest("wrong method");
  rewriteForwarded(request, trust);
}

/** @param {string} path */
function isDecodable(path) {
  try {
    return decodeURIComponent(path) !== "";
  } catch {
    return false;
  }
}

/**
 * The call of an action that ends in 500 was a wrong call: our actions answer every error of their own, and to arguments it
 * cannot read or finds too many Next says 500.
 * @param {import("node:http").ServerResponse} response
 */
function blameCaller(response) {
  const writeHead = response.writeHead;
  /** @type {(status: number, ...rest: unknown[]) => unknown} */
  const blaming = (status, ...rest) => Reflect.apply(writeHead, response, [status === 500 ? 400 : status, ...rest]);
  Object.assign(response, { writeHead: blaming });
}

function proxiesOrExit() {
  try {
    return trustedProxies(process.env.TRUSTED_PROXIES || "loopback");
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}

/**
 * SIGTERM and its like: no new connections, open requests get 10 s to end. A supervisor that is gone ends the process at
 * once, because the next start needs the port.
 * @param {import("node:http").Server} listening @param {{ close(): Promise<void> }} site
 */
function stopWith(listening, site) {
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    const hard = setTimeout(() => listening.closeAllConnections(), GRACE_MS);
    const jobs = Promise.race([stopJobs(), new Promise((done) => setTimeout(done, JOBS_GRACE_MS))]);
    // A connection falls idle when its answer is out; kept alive, it would hold the process for another 65 s.
    for (const socket of upgraded) socket.destroy();
    const sweep = setInterval(() => listening.closeIdleConnections(), IDLE_SWEEP_MS);
    if (listening.listening) await new Promise((done) => listening.close(done));
    clearTimeout(hard);
    clearInterval(sweep);
    await jobs;
    await Promise.race([site.close().catch(() => {}), new Promise((done) => setTimeout(done, 2_000))]);
    process.exit(0);
  };
  for (const signal of /** @type {const} */ (["SIGTERM", "SIGINT", "SIGHUP"])) process.on(signal, stop);
  process.on("disconnect", () => process.exit(1));
}

/** The worker belongs to the site's bundle; src/start-up.ts leaves here what ends it. */
async function stopJobs() {
  const { foyerStop } = /** @type {{ foyerStop?: () => Promise<void> }} */ (globalThis);
  await foyerStop?.().catch(() => {});
}
