import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { type Bucket, type ResponseHeaders, type SigningKeys, SigV4Signer } from "./sigv4";

const PROBE = "a/probe";

/**
 * Signs URLs for downloads with the credentials of an S3 client, lent ones of a role included: the client itself fetches those
 * anew some minutes before they end. Throws what its provider of credentials throws.
 */
export class S3Presigner {
  readonly #client: S3Client;
  readonly #name: string;
  #bucket: Promise<Bucket | null> | undefined;
  #signer: { keys: SigningKeys; signer: SigV4Signer } | undefined;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#name = bucket;
  }

  /** A URL for GETs of the object, answered with these headers; `expiresIn` in seconds. */
  async download(key: string, headers: ResponseHeaders, expiresIn: number): Promise<string> {
    const bucket = await this.#where();
    if (!bucket) return this.#bySdk(key, headers, expiresIn);
    const keys = await this.#client.config.credentials();
    if (this.#signer?.keys !== keys) this.#signer = { keys, signer: new SigV4Signer(bucket, keys) };
    return this.#signer.signer.get(key, headers, expiresIn);
  }

  /**
   * The address that the SDK makes of name, region, endpoint, its environment and its rules, read once from a URL that it signs;
   * null for a bucket of another kind, whose URLs are signed otherwise (S3 Express, access points of many regions).
   */
  async #where(): Promise<Bucket | null> {
    this.#bucket ??= this.#bySdk(PROBE, {}, 60).then(bucketOf);
    try {
      return await this.#bucket;
    } catch (error) {
      this.#bucket = undefined;
      throw error;
    }
  }

  #bySdk(key: string, { contentType, contentDisposition, cacheControl }: ResponseHeaders, expiresIn: number): Promise<string> {
    const command = new GetObjectCommand({
      Bucket: this.#name,
      Key: key,
      ResponseContentType: contentType,
      ResponseContentDisposition: contentDisposition,
      ResponseCacheControl: cacheControl,
    });
    return getSignedUrl(this.#client, command, { expiresIn });
  }
}

/** What this file can sign has no parameter but these. */
const KNOWN = new Set([
  "X-Amz-Algorithm",
  "X-Amz-Content-Sha256",
  "X-Amz-Credential",
  "X-Amz-Date",
  "X-Amz-Expires",
  "X-Amz-Security-Token",
  "X-Amz-Signature",
  "X-Amz-SignedHeaders",
  "x-id",
]);

function bucketOf(signed: string): Bucket | null {
  const [address = ""] = signed.split("?");
  const { searchParams } = new URL(signed);
  const [service, region] = [...(searchParams.get("X-Amz-Credential") ?? "").split("/").slice(-3, -1)].reverse();
  const isKnown =
    searchParams.get("X-Amz-Algorithm") === "AWS4-HMAC-SHA256" &&
    searchParams.get("X-Amz-SignedHeaders") === "host" &&
    service === "s3" &&
    [...searchParams.keys()].every((name) => KNOWN.has(name));
  return isKnown && region ? { url: address.slice(0, -PROBE.length - 1), region } : null;
}
