import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import type { UploadLength } from "./storage";

/** Where these URLs lead, on this site. */
export const ROUTE = "/api/storage/";

/** What a LOCAL URL allows; every field is covered by its signature. Times in milliseconds since 1970. */
export type Grant =
  | ({ method: "PUT"; key: string; expiresAt: number; contentType: string } & UploadLength)
  | { method: "PUT"; key: string; expiresAt: number; uploadId: string; part: number; sizeBytes: number }
  | {
      method: "GET";
      key: string;
      expiresAt: number;
      filename: string;
      contentType: string;
      disposition: "attachment" | "inline";
      bearer?: string;
    };

/** Signs and verifies the URLs of the LOCAL driver, with a key of its own derived from the site's secret (HKDF, RFC 5869). */
export class UrlSigner {
  readonly #key: Buffer;

  constructor(secret: string) {
    if (secret.length < 32) throw new TypeError("storage: the secret is 32 characters or more");
    this.#key = Buffer.from(hkdfSync("sha256", secret, "", "foyer local storage url v1", 32));
  }

  /** The address that grants `grant`, on this site. */
  url(grant: Grant): string {
    return `${ROUTE}${grant.key}?${this.sign(grant)}`;
  }

  /** The query string that grants `grant`. */
  sign(grant: Grant): string {
    const query = new URLSearchParams({ e: String(grant.expiresAt) });
    for (const [name, value] of fieldsOf(grant)) if (value !== undefined) query.set(name, String(value));
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
  const kind = "uploadId" in grant ? "PART" : grant.method;
  return JSON.stringify([kind, grant.key, grant.expiresAt, ...fieldsOf(grant).map(([, value]) => value ?? null)]);
}

/** What a grant holds beside method, key and end, by its names in the query. */
function fieldsOf(grant: Grant): [name: string, value: string | number | undefined][] {
  if (grant.method === "GET")
    return [
      ["t", grant.contentType],
      ["n", grant.filename],
      ["d", grant.disposition],
      ["b", grant.bearer],
    ];
  if ("uploadId" in grant)
    return [
      ["u", grant.uploadId],
      ["p", grant.part],
      ["l", grant.sizeBytes],
    ];
  return [
    ["t", grant.contentType],
    ["l", grant.sizeBytes],
    ["m", grant.maxBytes],
  ];
}

function readGrant(method: string, key: string, query: URLSearchParams): Grant | null {
  const expiresAt = wholeNumber(query.get("e"));
  if (expiresAt === null) return null;
  if (method === "PUT" && query.has("u")) return readPart(key, expiresAt, query);
  const contentType = query.get("t");
  if (contentType === null) return null;
  if (method === "PUT") {
    const length = readLength(query);
    return length === null ? null : { method, key, expiresAt, contentType, ...length };
  }
  if (method !== "GET" && method !== "HEAD") return null;
  const filename = query.get("n");
  const disposition = query.get("d");
  if (filename === null || (disposition !== "attachment" && disposition !== "inline")) return null;
  const bearer = query.get("b");
  return { method: "GET", key, expiresAt, filename, contentType, disposition, ...(bearer !== null && { bearer }) };
}

function readPart(key: string, expiresAt: number, query: URLSearchParams): Grant | null {
  const [part, sizeBytes] = [wholeNumber(query.get("p")), wholeNumber(query.get("l"))];
  if (part === null || sizeBytes === null) return null;
  return { method: "PUT", key, expiresAt, uploadId: query.get("u") ?? "", part, sizeBytes };
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
