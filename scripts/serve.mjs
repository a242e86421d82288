// The site's HTTP server around Next, started by scripts/start.ts (or by anyone, with the variables of .env.example set).
// Next's own `next start` believes X-Forwarded-* from everybody; only who holds the socket can say who the peer is.
import { AsyncLocalStorage } from "node:async_hooks";
import { EventEmitter } from "node:events";
import { createServer, STATUS_CODES } from "node:http";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import next from "next";
import { BadRequest, rewriteForwarded, trustedProxies } from "./forwarded.mjs";
import { isCallersFault, refusalOf } from "./request-limits.mjs";
import { addSecurityHeaders } from "./security-headers.mjs";
import { limitUnread } from "./unread.mjs";

/** The whole of one request: an upload of five minutes, and a little. */
const REQUEST_TIMEOUT_MS = 330_000;
/** Above the 60 s after which the usual load balancers drop an idle connection, so that we never drop one they are about to use. */
const KEEP_ALIVE_MS = 65_000;
const HEADERS_TIMEOUT_MS = 66_000;
const GRACE_MS = 10_000;
const IDLE_SWEEP_MS = 100;
/** For what is loaded at start-up, on a machine that does much else. */
const START_MS = 60_000;
/** A mail that is being handed over gets this long; one that is cut off is sent again. */
const JOBS_GRACE_MS = 5_000;
/** Requests that one connection may send before they are answered; browsers send none, and each takes memory. */
const MAX_WAITING = 16;
/** Answers that nobody takes, of all connections together, beyond what the kernel holds for them. */
const UNREAD = { most: 128 * 1_048_576, everyMs: 1_000 };
/** When a database that did not answer is worth asking again. */
const RETRY_AFTER_S = 5;
/** How long a refused sender has to see the answer before its connection is cut under what it still sends. */
const REFUSAL_MS = 1_000;

/**
 * What pages are made of is the same for everybody; of a file the URL decides, and the answer to a large one comes late. Only as our own
 * pages spell it: what Next makes of another spelling may be a page.
 */
const WITHOUT_SESSION = /^\/(?:_next\/static|api\/storage)\/(?:(?!\.\.)[\w.~/-])+(?:\?|$)/;

/** @typedef {import("../src/access/renewal").Renewal} Renewal */
/**
 * @typedef {object} UnderWay
 * @property {number} [retryAfter]
 * @property {() => void} cut
 * @property {import("node:http").IncomingMessage} incoming
 * @property {number} [length]
 * @property {(to: import("node:http").ServerResponse) => Promise<void>} [send]
 * @property {Renewal} [renewal]
 */
/**
 * What src/instrumentation.ts says of the request under way: that it failed for an outage, and when trying again makes sense;
 * what src/lib/under-way.ts finds: how to end the connection of a reader who does not read; and what src/storage/connection.ts
 * finds and says: the bytes that arrive, those to send, and how many they are. And with which session cookie it goes on.
 * @type {AsyncLocalStorage<UnderWay>}
 */
const underWay = new AsyncLocalStorage();
Object.assign(globalThis, { foyerUnderWay: underWay });

/**
 * What src/start-up.ts leaves on globalThis, once Next has loaded it: this file is no part of the site's bundle.
 * @typedef {object} Bundle
 * @property {typeof import("../src/lib/session-cookie").soundCookies} [foyerSoundCookies]
 * @property {typeof import("../src/access/renewal").renewAtNewRole} [foyerRenewal]
 * @property {typeof import("../middleware").quickHead} [foyerQuickHead]
 * @property {() => Promise<unknown>} [foyerStop]
 * @property {boolean} [foyerStarted] False where it has failed.
 */
const bundle = /** @type {Bundle} */ (globalThis);

const dir = dirname(dirname(fileURLToPath(import.meta.url)));
const dev = process.argv.includes("--dev");
const hostname = process.env.HOSTNAME || "0.0.0.0";
const port = Number(process.env.PORT ?? 3000);
const trust = { proxies: proxiesOrExit(), trustHost: ["1", "true"].includes(process.env.AUTH_TRUST_HOST ?? "") };

const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: HEADERS_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS });
limitUnread(server, UNREAD);
/** @type {Set<import("node:stream").Duplex>} */
const upgraded = new Set();
/** Next listens for upgrades on the server it is given: on this one it gets only those that passed our checks. */
const upgrades = new EventEmitter();
const app = next({ dev, dir, hostname, port, httpServer: /** @type {import("node:http").Server} */ (/** @type {unknown} */ (upgrades)) });
stopWith(server, app);
await app.prepare();
const handle = app.getRequestHandler();
// In production Next does not wait for src/instrumentation.ts: who came before its end would be judged without the bundle.
if (!dev) await started();

server.on("request", async (request, response) => {
  const turn = turnOf(request, response);
  if (turn && !(await turn)) return;
  try {
    const refusal = prepare(request);
    addSecurityHeaders(response, request.headers["x-forwarded-proto"] === "https");
    if (refusal) return refuse(request, response, refusal);
    /** @type {UnderWay} */
    const about = { cut: () => void (response.writableFinished || response.destroy()), incoming: request };
    amendHead(response, about, isCallersFault(request));
    sendAtEnd(response, about);
    if (!(await succeedSession(request, about))) return refuseForNow(request, response);
    passProxyBy(request, response);
    await underWay.run(about, () => handle(request, response));
  } catch (error) {
    console.error(error);
    if (response.headersSent) return void response.destroy();
    refuse(request, response, 500);
  }
});
// Whoever asks first is refused before sending anything.
server.on("checkContinue", (request, response) => {
  if (!refusalOf(request)) response.writeContinue();
  server.emit("request", request, response);
});
// Hot reload speaks WebSocket; the site itself does not, so in production nobody gets an upgrade.
server.on("upgrade", (request, socket, head) => {
  socket.on("error", () => socket.destroy());
  const refusal = prepare(request);
  if (refusal) return void socket.end(`HTTP/1.1 ${refusal} ${STATUS_CODES[refusal]}\r\nconnection: close\r\n\r\n`);
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

/** Resolves when src/start-up.ts has begun all that it begins; where that fails Next has said why, and this process ends. */
async function started() {
  for (const end = Date.now() + START_MS; !bundle.foyerStarted; await new Promise((done) => setTimeout(done, 5))) {
    if (bundle.foyerStarted !== false && Date.now() < end) continue;
    console.error("The site could not start.");
    process.exit(1);
  }
}

/** @type {WeakMap<import("node:net").Socket, Promise<void>[]>} Of each connection, the ends of what is not answered yet. */
const unanswered = new WeakMap();

/**
 * Node hands on all that a connection has sent: a thousand downloads in one packet would be a thousand open files. Undefined for a
 * request with none before it; else whether it may be handled still, once those are answered.
 * @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response
 */
function turnOf({ socket }, response) {
  const waiting = unanswered.get(socket) ?? [];
  unanswered.set(socket, waiting);
  if (waiting.length > MAX_WAITING) socket.destroy();
  const last = waiting.at(-1);
  const ended = new Promise((done) => response.once("close", done)).then(() => void waiting.shift());
  waiting.push(ended);
  return last?.then(() => !socket.destroyed);
}

/**
 * Makes a request fit for Next, or says with which status it is refused.
 * @param {import("node:http").IncomingMessage} request
 */
function prepare(request) {
  try {
    rewriteForwarded(request, trust);
    keepSoundCookies(request.headers);
  } catch (error) {
    if (error instanceof BadRequest) return 400;
    console.error(error);
    return 500;
  }
  return refusalOf(request);
}

/**
 * Answers in plain text and closes the connection without reading on. Not at once: closing over bytes that were not read
 * resets the connection, and the sender would never see why.
 * @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response @param {number} status
 */
function refuse(request, response, status) {
  const text = `${STATUS_CODES[status]}\n`;
  response.setHeader("content-type", "text/plain; charset=utf-8");
  response.setHeader("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
  response.writeHead(status, { "content-length": text.length, "cache-control": "no-store", connection: "close" });
  const { "content-length": length = "0", "transfer-encoding": encoding } = request.headers;
  if (length === "0" && encoding === undefined) return void response.end(text);
  // To HEAD no text is written, and the head would wait for one.
  response.flushHeaders();
  response.write(text);
  const cut = setTimeout(() => request.socket.destroy(), REFUSAL_MS);
  request.socket.once("close", () => clearTimeout(cut));
}

/** @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response */
function refuseForNow(request, response) {
  response.setHeader("retry-after", RETRY_AFTER_S);
  refuse(request, response, 503);
}

/**
 * Leaves of the cookies one that is the session's, and what Auth.js can read: src/lib/session-cookie.ts says which.
 * @param {import("node:http").IncomingHttpHeaders} headers
 */
function keepSoundCookies(headers) {
  const { foyerSoundCookies } = bundle;
  if (headers.cookie && foyerSoundCookies) headers.cookie = foyerSoundCookies(headers.cookie, headers["x-forwarded-proto"] === "https");
}

/**
 * Goes on with another session cookie than the one that was brought, or brings another one, where src/access/renewal.ts says so; false
 * where nobody can say with which.
 * @param {import("node:http").IncomingMessage} request @param {UnderWay} about
 */
async function succeedSession({ headers, url = "" }, about) {
  if (!headers.cookie || WITHOUT_SESSION.test(url)) return true;
  const renewal = await bundle.foyerRenewal?.(headers);
  if (renewal === "unavailable") return false;
  if (renewal) headers.cookie = renewal.cookie;
  if (renewal) about.renewal = renewal;
  return true;
}

/**
 * Does the proxy's work for plain pages of those who seem to be signed in; src/proxy.ts is not asked again then.
 * @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response
 */
function passProxyBy(request, response) {
  const head = bundle.foyerQuickHead?.(request);
  if (!head) return;
  Object.assign(request.headers, head.request);
  response.setHeader("Content-Security-Policy", head.policy);
}

/**
 * Next says 500 to whatever a page throws: an outage is 503 with Retry-After, and what the caller got wrong 400. It says of
 * no download how long it is, and knows nothing of a session that has gone on under another id.
 * @param {import("node:http").ServerResponse} response @param {UnderWay} about @param {boolean} isCallers
 */
function amendHead(response, about, isCallers) {
  const writeHead = response.writeHead;
  /** @type {(status: number, ...rest: unknown[]) => unknown} */
  const amended = (status, ...rest) => {
    if (about.length !== undefined && (status === 200 || status === 206)) response.setHeader("content-length", about.length);
    if (about.renewal) bringCookie(response, about.renewal);
    if (status !== 500) return Reflect.apply(writeHead, response, [status, ...rest]);
    if (about.retryAfter !== undefined) response.setHeader("retry-after", about.retryAfter);
    return Reflect.apply(writeHead, response, [about.retryAfter !== undefined ? 503 : isCallers ? 400 : 500, ...rest]);
  };
  Object.assign(response, { writeHead: amended });
}

/**
 * Adds the new session cookie to an answer, unless somebody signs in or out by it; the old one, which Auth.js would make anew, goes.
 * @param {import("node:http").ServerResponse} response @param {Renewal} renewal
 */
function bringCookie(response, renewal) {
  const lines = [response.getHeader("set-cookie") ?? []].flat().map(String);
  const others = lines.filter((line) => !renewal.isOfFormer(line));
  const setCookie = renewal.setCookie();
  if (setCookie === null) {
    if (others.length < lines.length) response.setHeader("set-cookie", others);
    return;
  }
  const name = setCookie.slice(0, setCookie.indexOf("=") + 1);
  response.setHeader("set-cookie", others.some((line) => line.startsWith(name)) ? others : [...others, setCookie]);
  response.setHeader("cache-control", "private, no-store");
}

/**
 * The bytes that a download left with `about` go out where its answer, empty so far, would end.
 * @param {import("node:http").ServerResponse} response @param {UnderWay} about
 */
function sendAtEnd(response, about) {
  const end = response.end;
  /** @type {(...rest: unknown[]) => unknown} */
  const ending = (...rest) => {
    const { send } = about;
    if (!send || (response.statusCode !== 200 && response.statusCode !== 206)) return Reflect.apply(end, response, rest);
    about.send = undefined;
    const cut = (/** @type {unknown} */ error) => {
      console.error(error);
      response.destroy();
    };
    send(response).then(() => Reflect.apply(end, response, []), cut);
    return response;
  };
  Object.assign(response, { end: ending });
  // What was not sent is let go of.
  response.once("close", () => void about.send?.(response).catch(() => {}));
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

/** The worker belongs to the site's bundle. */
async function stopJobs() {
  await bundle.foyerStop?.().catch(() => {});
}
