import {
  type BlobGetPropertiesResponse,
  type BlobSASPermissions,
  BlobServiceClient,
  type BlockBlobClient,
  type ContainerClient,
  type ContainerListBlobFlatSegmentResponse,
  generateBlobSASQueryParameters,
  RestError,
  SASProtocol,
  StorageSharedKeyCredential,
} from "@azure/storage-blob";
import { StorageUnavailable } from "./storage";

/** Understood by every Azure there is, and by Azurite: what we sign needs nothing newer. */
const SAS_VERSION = "2022-11-02";
const MAX_ATTEMPTS = 3;
/** How much longer than other calls those may take for which the store moves bytes. */
const PATIENCE = 4;
/** What a slow line carries while other calls would be given up: 1 MB a second. */
const SLOWEST_PUT_BYTES = 15_000_000;
/** What one call stores at most. */
const MAX_PUT_BYTES = 5_000_000_000;
const POLL_MS = 100;
const KEPT_MARKERS = 100;

export interface AzureOptions {
  /** As the portal shows it, or made of account and key. */
  connectionString: string;
  container: string;
  /** Names a page of a list, at most 5,000; fewer in tests. */
  pageSize?: number;
  /** Longest a call may take, retries included, and a quarter of what a copy may; 15 s unless a test is in a hurry. */
  timeoutMs?: number;
}

/** One container, by the names of its blobs: what both halves of the Azure driver ask of it. Throws StorageUnavailable and nothing else. */
export class AzureContainer {
  readonly pageSize: number;
  readonly #client: ContainerClient;
  readonly #patient: ContainerClient;
  readonly #credential: StorageSharedKeyCredential;
  readonly #timeoutMs: number;
  /** Where a page goes on: only Azure's own marker says so, and callers know the last name. */
  readonly #markers = new Map<string, string>();

  constructor({ connectionString, container, pageSize = 1000, timeoutMs = 15_000 }: AzureOptions) {
    const service = connect(connectionString, MAX_ATTEMPTS, timeoutMs);
    if (!(service.credential instanceof StorageSharedKeyCredential))
      throw new TypeError("storage: Azure needs the account's key to sign URLs");
    this.#credential = service.credential;
    this.#client = service.getContainerClient(container);
    // Asked again, a first copy could still be under way, and a body that was sent is used up.
    this.#patient = connect(connectionString, 1, patienceFor(MAX_PUT_BYTES) * timeoutMs).getContainerClient(container);
    this.pageSize = pageSize;
    this.#timeoutMs = timeoutMs;
  }

  /** The blob's client, asking up to three times; with `isPatient` once, for what takes the store time. */
  blob(name: string, isPatient = false): BlockBlobClient {
    return (isPatient ? this.#patient : this.#client).getBlockBlobClient(name);
  }

  /** Ends the call as a whole, its retries and body included; a patient one the later, the more bytes it sends. */
  deadline(isPatient = false, sizeBytes = 0): AbortSignal {
    return AbortSignal.timeout((isPatient ? patienceFor(sizeBytes) : 1) * this.#timeoutMs);
  }

  /** An address of the blob that allows `permissions` until `expiresAt`, and answers with these headers. */
  sign(
    name: string,
    permissions: BlobSASPermissions,
    expiresAt: Date,
    answer: { contentType?: string; contentDisposition?: string; cacheControl?: string } = {},
  ): URL {
    const url = new URL(this.#client.getBlobClient(name).url);
    const protocol = url.protocol === "https:" ? SASProtocol.Https : SASProtocol.HttpsAndHttp;
    const signed = { containerName: this.#client.containerName, blobName: name, permissions, expiresOn: expiresAt, protocol };
    url.search = generateBlobSASQueryParameters({ ...signed, ...answer, version: SAS_VERSION }, this.#credential).toString();
    return url;
  }

  async check(): Promise<void> {
    await reached(() => this.#client.getProperties({ abortSignal: this.deadline() }));
  }

  /** Size, type and tag of a blob, or null when there is none. */
  async properties(name: string): Promise<BlobGetPropertiesResponse | null> {
    return orAbsent(() => this.blob(name).getProperties({ abortSignal: this.deadline() }));
  }

  /**
   * Copies a blob within the account, as a whole, with its type; false when there is none. Azure gives up by itself where the
   * source changes meanwhile, and starts at none but the one of `etag` where that is given.
   */
  async copy(from: string, to: string, etag?: string): Promise<boolean> {
    const abortSignal = this.deadline(true);
    const sourceConditions = etag === undefined ? {} : { ifMatch: etag };
    const target = this.blob(to, true);
    const copied = await orAbsent(async () => {
      const poller = await target.beginCopyFromURL(this.blob(from).url, { intervalInMs: POLL_MS, abortSignal, sourceConditions });
      return poller.pollUntilDone();
    });
    if (copied === null) return false;
    if (copied.copyStatus === "success") return true;
    // What it left there is empty.
    await this.erase(to);
    throw new StorageUnavailable("The Azure store broke off a copy", { cause: copied.copyStatus });
  }

  /** Removes the blob; succeeds when there is none. Whoever holds an upload URL may have leased it, which must keep nothing here. */
  async erase(name: string): Promise<void> {
    const blob = this.blob(name);
    const remove = () => orAbsent(() => blob.delete({ deleteSnapshots: "include", abortSignal: this.deadline() }));
    try {
      await remove();
    } catch (error) {
      if (codeOf(error) !== "LeaseIdMissing") throw error;
      await orAbsent(() => blob.getBlobLeaseClient().breakLease(0, { abortSignal: this.deadline() }));
      await remove();
    }
  }
  /** A page of the names that begin with `prefix` and come after `after`, in byte order. */
  async list(prefix: string, after?: string): Promise<{ names: string[]; isLast: boolean }> {
    const names: string[] = [];
    let marker = after === undefined ? undefined : this.#markers.get(after);
    for (;;) {
      const page = await this.#page(prefix, marker);
      const found = page.names.filter((name) => after === undefined || name > after);
      names.push(...found.slice(0, this.pageSize - names.length));
      const last = names.at(-1);
      const isLast = !page.next && last === found.at(-1);
      if (isLast || names.length === this.pageSize) {
        // Cut in the middle of a page of Azure's, that one is read again.
        if (last && !isLast) this.#remember(last, last === found.at(-1) ? page.next : marker);
        return { names, isLast };
      }
      marker = page.next;
    }
  }

  async #page(prefix: string, marker: string | undefined): Promise<{ names: string[]; next: string | undefined }> {
    const settings = { maxPageSize: this.pageSize, ...(marker ? { continuationToken: marker } : {}) };
    return reached(async () => {
      const { value } = await this.#client.listBlobsFlat({ prefix, abortSignal: this.deadline() }).byPage(settings).next();
      // The last page has an empty marker. `value` is any to the compiler once the iterator may have ended.
      const page = value as ContainerListBlobFlatSegmentResponse | undefined;
      return { names: page?.segment.blobItems.map(({ name }) => name) ?? [], next: page?.continuationToken || undefined };
    });
  }

  /** Forgotten after a while, or by a restart: then a walk goes on from its beginning, and skips what it knows. */
  #remember(last: string, marker: string | undefined): void {
    this.#markers.delete(last);
    if (marker) this.#markers.set(last, marker);
    for (const oldest of this.#markers.keys()) {
      if (this.#markers.size <= KEPT_MARKERS) break;
      this.#markers.delete(oldest);
    }
  }
}

/** Whatever the SDK throws is the store's, the network's or the configuration's fault: one class for the caller, the rest in `cause`. */
export async function reached<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof StorageUnavailable) throw cause;
    throw new StorageUnavailable("The Azure store failed or refused", { cause });
  }
}

/** What `call` gives, or null where Azure says that there is no such blob; a container that is missing is no missing blob. */
export async function orAbsent<T>(call: () => Promise<T>): Promise<T | null> {
  try {
    return await reached(call);
  } catch (error) {
    if (codeOf(error) === "BlobNotFound" || codeOf(error) === "CannotVerifyCopySource") return null;
    throw error;
  }
}

/** Azure's own name of a refusal, such as BlobNotFound; the answer to HEAD has it in a header alone. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof StorageUnavailable && error.cause instanceof RestError)) return undefined;
  return error.cause.code ?? error.cause.response?.headers.get("x-ms-error-code");
}

/** A SAS knows whole seconds: it ends with one that has not begun. */
export function endOf(expiresIn: number): Date {
  return new Date(Math.ceil(Date.now() / 1000 + expiresIn) * 1000);
}

function patienceFor(sizeBytes: number): number {
  return PATIENCE + Math.ceil(sizeBytes / SLOWEST_PUT_BYTES);
}

function connect(connectionString: string, maxTries: number, tryTimeoutInMs: number): BlobServiceClient {
  return BlobServiceClient.fromConnectionString(connectionString, {
    retryOptions: { maxTries, tryTimeoutInMs, retryDelayInMs: 100, maxRetryDelayInMs: 1000 },
  });
}
