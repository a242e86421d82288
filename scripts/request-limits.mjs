// What the server refuses before Next sees it: bodies nobody should send, targets and headers to which Next says 500.

/** No form or call of ours comes near; a proof of sign-in is smaller still, and Auth.js reads all it is sent. */
const BODY_CEILING = 512 * 1024;
/** A chapter or a post has up to a million characters, which JSON may write with six bytes each. */
const TEXT_BODY_CEILING = 6_200_000;
const AUTH_BODY_CEILING = 16 * 1024;

const CACHE_KEY_TYPES = new Set(["c", "ci(..)(..)", "ci(.)", "ci(..)", "ci(...)", "oc", "d", "di(..)(..)", "di(.)", "di(..)", "di(...)"]);
const REFRESHES = new Set(["refetch", "inside-shared-layout", "metadata-only"]);

/** @typedef {Pick<import("node:http").IncomingMessage, "method" | "url" | "headers">} Asked */

/**
 * The status with which to refuse a request before its body is read, or null.
 * @param {Asked} request @returns {400 | 404 | 411 | 413 | null}
 */
export function refusalOf({ method = "GET", url = "", headers }) {
  // An absolute or scheme-relative target would name a second host beside the Host header.
  if (!url.startsWith("/")) return 400;
  // Next answers 500 to both: a path nobody can decode, and a method its Request does not know.
  const path = url.split("?", 1)[0] ?? "";
  const decoded = decode(path);
  if (decoded === null || method === "TRACE") return 400;
  // Made for Next's own use; asked for by name it answers 500, and lets caches keep it.
  if (/^\/+_global-error(?:[./]|$)/.test(decoded)) return 404;
  const tree = headers["next-router-state-tree"];
  if (tree !== undefined && !looksLikeRouterState(routerState(tree))) return 400;
  return bodyRefusal(method, path, headers);
}

/**
 * Whether a 500 to this request is the sender's doing: our actions answer every error of their own, and to arguments or a
 * form it cannot read, or finds too large, Next says 500, as it does to a router state that is none.
 * @param {Asked} request
 */
export function isCallersFault({ headers }) {
  const tree = headers["next-router-state-tree"];
  return (
    headers["next-action"] !== undefined ||
    /^\s*multipart\//i.test(headers["content-type"] ?? "") ||
    (tree !== undefined && !isRouterState(routerState(tree)))
  );
}

/**
 * Only the LOCAL store takes large bodies; it counts them by itself.
 * @param {string} method @param {string} path @param {Asked["headers"]} headers @returns {411 | 413 | null}
 */
function bodyRefusal(method, path, headers) {
  if (method === "PUT" && path.startsWith("/api/storage/") && isPlain(path)) return null;
  if (headers["transfer-encoding"] !== undefined) return 411;
  const length = Number(headers["content-length"] ?? 0);
  const isAuth = /^\/+api\/+auth(?:\/|$)/.test(decode(path) ?? "");
  const isText = isPlain(path) && /^\/(?:api\/(?:chapters|blog)|studio\/(?:books|blog))(?:\/|$)/.test(path);
  return length <= (isAuth ? AUTH_BODY_CEILING : isText ? TEXT_BODY_CEILING : BODY_CEILING) ? null : 413;
}

/**
 * Whether the path is the one that is meant, without `..` to step out of it.
 * @param {string} path
 */
function isPlain(path) {
  return URL.canParse(path, "http://localhost") && new URL(path, "http://localhost").pathname === path;
}

/** @param {string | string[]} header @returns {unknown} */
function routerState(header) {
  const text = decode(String(header));
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * What will be true of a router state in every version of Next: refusing by more could break a navigation.
 * @param {unknown} state
 */
function looksLikeRouterState(state) {
  return Array.isArray(state) && (typeof state[0] === "string" || Array.isArray(state[0])) && isRecord(state[1]);
}

/**
 * What this version of Next takes for a router state (flightRouterStateSchema in next/dist/server/app-render/types.js).
 * @param {unknown} state @returns {boolean}
 */
function isRouterState(state) {
  if (!Array.isArray(state) || state.length > 6) return false;
  const [segment, children, from, refresh, hint, last] = state;
  return (
    (typeof segment === "string" || isDynamicSegment(segment)) &&
    isRecord(children) &&
    Object.values(children).every(isRouterState) &&
    (from == null || (isStrings(from) && from.length === 2)) &&
    (refresh == null || REFRESHES.has(refresh)) &&
    (hint == null || typeof hint === "number") &&
    (last === undefined || typeof last === "string")
  );
}

/** @param {unknown} segment */
function isDynamicSegment(segment) {
  if (!Array.isArray(segment) || segment.length !== 4) return false;
  const [name, key, type, siblings] = segment;
  return isStrings([name, key]) && CACHE_KEY_TYPES.has(type) && (siblings === null || isStrings(siblings));
}

/** @param {unknown} value @returns {value is string[]} */
function isStrings(value) {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {string} text */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
