import { BlockList, isIP } from "node:net";

/** Names that TRUSTED_PROXIES may use for the usual ranges. */
const NAMED = {
  loopback: ["127.0.0.0/8", "::1/128"],
  private: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "fc00::/7", "fe80::/10"],
};
/** A host name, IPv4 address or bracketed IPv6 address, with an optional port. */
const HOST = /^(?:[a-z0-9](?:[a-z0-9._-]{0,252})|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;
/** Headers by which a proxy speaks for a client, and those by which one part of the site speaks to another. */
const SPOKEN_FOR = /^(?:x-forwarded-|x-foyer-|forwarded$|x-real-ip$|x-nonce$|content-security-policy(?:-report-only)?$)/;

/** Thrown for a request that names no host, two, or something that is none: the answer is 400. */
export class BadRequest extends Error {}

/**
 * The proxies of TRUSTED_PROXIES; throws Error naming the entry that is neither a name, an address nor a range.
 * @param {string} list
 */
export function trustedProxies(list) {
  const blocks = new BlockList();
  const entries = list
    .split(",")
    .map((entry) => entry.trim())
    .filter(Boolean);
  for (const entry of entries.flatMap((name) => NAMED[/** @type {keyof typeof NAMED} */ (name)] ?? [name])) {
    const [address = "", bits, ...rest] = entry.split("/");
    const family = isIP(address) === 4 ? "ipv4" : "ipv6";
    const most = family === "ipv4" ? 32 : 128;
    const prefix = bits === undefined ? most : Number(bits);
    if (!isIP(address) || rest.length > 0 || bits === "" || !Number.isInteger(prefix) || prefix < 0 || prefix > most) {
      throw new Error(`TRUSTED_PROXIES: ${JSON.stringify(entry)} is neither an address, a CIDR range, \`loopback\` nor \`private\`.`);
    }
    blocks.addSubnet(address, prefix, family);
  }
  return blocks;
}

/**
 * Rewrites the headers of one request so that what follows may believe them: `x-forwarded-for` is the client's address,
 * `x-forwarded-proto` is http or https, `x-forwarded-host` is the host the person sees. What a peer that is no trusted proxy
 * said about them is dropped. Throws BadRequest for a wrong Host.
 * @param {import("node:http").IncomingMessage} request
 * @param {{ proxies: BlockList, trustHost?: boolean }} trust `trustHost` believes host and protocol from anyone (AUTH_TRUST_HOST)
 */
export function rewriteForwarded(request, { proxies, trustHost = false }) {
  const { headers, rawHeaders, socket } = request;
  const peer = plainAddress(socket.remoteAddress ?? "") ?? "";
  const isTrusted = contains(proxies, peer);
  const told = { for: headers["x-forwarded-for"], proto: first(headers["x-forwarded-proto"]), host: first(headers["x-forwarded-host"]) };
  // Node keeps the first of several Host headers; a proxy in front may have judged the last.
  const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === "host").length;
  if (hosts !== 1 || !headers.host || !isHost(headers.host)) throw new BadRequest("wrong Host header");
  for (const name of Object.keys(headers)) {
    if (SPOKEN_FOR.test(name)) delete headers[name];
  }
  const believes = isTrusted || trustHost;
  headers["x-forwarded-for"] = isTrusted ? clientAddress(proxies, peer, told.for) : peer;
  headers["x-forwarded-proto"] =
    believes && (told.proto === "https" || told.proto === "http") ? told.proto : "encrypted" in socket ? "https" : "http";
  headers["x-forwarded-host"] = believes && told.host && isHost(told.host) ? told.host : headers.host;
}

/**
 * The nearest address of the chain that is no proxy of ours: every one left of it was written by that client or by whoever
 * it names, and proves nothing.
 * @param {BlockList} proxies @param {string} peer @param {string | string[] | undefined} chain
 */
function clientAddress(proxies, peer, chain) {
  const hops = String(chain ?? "")
    .split(",")
    .map((hop) => hop.trim())
    .filter(Boolean);
  let nearest = peer;
  for (const hop of hops.reverse()) {
    const address = plainAddress(hop);
    if (!address) return nearest;
    nearest = address;
    if (!contains(proxies, address)) return address;
  }
  return nearest;
}

/** @param {BlockList} blocks @param {string} address */
function contains(blocks, address) {
  const family = isIP(address);
  return family !== 0 && blocks.check(address, family === 4 ? "ipv4" : "ipv6");
}

/**
 * An address without port, brackets and zone, an IPv4 one out of its IPv6 form; null when it is none.
 * @param {string} text
 */
function plainAddress(text) {
  const bare = /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  const address = (bare.split("%")[0] ?? "").toLowerCase().replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, "");
  return isIP(address) ? address : null;
}

/**
 * Whether an address can be made of it: no port above 65535, no `[::::]`.
 * @param {string} text
 */
function isHost(text) {
  return HOST.test(text) && URL.canParse(`http://${text}`);
}

/** @param {string | string[] | undefined} header */
function first(header) {
  return String(header ?? "")
    .split(",")[0]
    ?.trim()
    .toLowerCase();
}
