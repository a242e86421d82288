import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import type { UploadLength } from "./storage";

/** What a LOCAL URL allows; every field is covered by its signature. Times in milliseconds since 1970. */
export type Grant =
  | ({ method: "PUT"; key: string; expiresAt: number; contentType: string } & UploadLength)
  | { method: "GET"; key: string; expiresAt: number; filename: string; contentType: string; disposition: "attachment" | "inline" };

/** Signs and verifies the URLs of the LOCAL driver, with a key of its own derived from the site's secret (HKDF, RFC 5869). */
export class UrlSigner {
  readonly #key: Buffer;

  constructor(secret: string) {
    if (secret.length < 32) throw new TypeError("storage: the secret is 32 characters or more");
    this.#key = Buffer.from(hkdfSync("sha256", secret, "", "foyer local storage url v1", 32));
  }

  /** The query string that grants `grant`. */
  sign(grant: Grant): string {
    const query = new URLSearchParams({ e: String(grant.expiresAt), t: grant.contentType });
    if (grant.method === "PUT") {
      if (grant.sizeBytes === undefined) query.set("m", String(grant.maxBytes));
      else query.set("l", String(grant.sizeBytes));
    } else {
      query.set("n", grant.filename);
      query.set("d", grant.disposition);
    }
    query.set("s", this.#mac(grant).toString("base64url"));
    return query.toString();
  }

  /** What the query grants for this method and key, or why it grants nothing. HEAD is a GET without the body. */
  verify(method: string, key: string, query: URLSearchParams, now: number): Grant | "bad_signature" | "expired" {
    const grant = readGrant(method, key, query);
    if (!grant) return "bad_signature";
    const given = Buffer.from(query.get("s") ?? "", "base64url");
    const expected = this.#mac(grant);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return "bad_signature";
    return now < grant.expiresAt ? grant : "expired";
  }

  #mac(grant: Grant): Buffer {
    return createHmac("sha256", this.#key).update(canonical(grant)).digest();
  }
}

/** One text for one grant and no other: a JSON array of all fields, in which no value can reach into its neighbour. */
export function canonical(grant: Grant): string {
  return grant.method === "PUT"
    ? JSON.stringify(["PUT", grant.key, grant.expiresAt, grant.contentType, grant.sizeBytes ?? null, grant.maxBytes ?? null])
    : JSON.stringify(["GET", grant.key, grant.expiresAt, grant.contentType, grant.filename, grant.disposition]);
}

function readGrant(method: string, key: string, query: URLSearchParams): Grant | null {
  const expiresAt = wholeNumber(query.get("e"));
  const contentType = query.get("t");
  if (expiresAt === null || contentType === null) return null;
  if (method === "PUT") {
    const length = readLength(query);
    return length === null ? null : { method, key, expiresAt, contentType, ...length };
  }
  if (method !== "GET" && method !== "HEAD") return null;
  const filename = query.get("n");
  const disposition = query.get("d");
  if (filename === null || (disposition !== "attachment" && disposition !== "inline")) return null;
  return { method: "GET", key, expiresAt, filename, contentType, disposition };
}

/** One of the two: an upload of exactly some bytes is not one of at most as many. */
function readLength(query: URLSearchParams): UploadLength | null {
  const [sizeBytes, maxBytes] = [wholeNumber(query.get("l")), wholeNumber(query.get("m"))];
  if (sizeBytes !== null) return query.has("m") ? null : { sizeBytes };
  return maxBytes === null || query.has("l") ? null : { maxBytes };
}

/** Digits only and no leading zero: "1e3", "0x10", " 1" and "01" would be other spellings of a signed number. */
function wholeNumber(text: string | null): number | null {
  return text !== null && /^(?:0|[1-9]\d{0,15})$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : null;
}
