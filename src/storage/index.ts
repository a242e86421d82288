import { resolve } from "node:path";
import { env } from "@/lib/env";
import { AzureStorage } from "./azure";
import { connection } from "./connection";
import { LocalStorage, type Welcome } from "./local";
import { S3Storage } from "./s3";
import { type Storage, StorageUnavailable } from "./storage";

type Provider = Storage["provider"];

/** What each driver that is built cannot do without. */
const NEEDED: Record<Provider, readonly (keyof ReturnType<typeof env>)[]> = {
  LOCAL: [],
  S3: ["S3_BUCKET_NAME"],
  AZURE: ["AZURE_STORAGE_CONNECTION_STRING", "AZURE_CONTAINER"],
  GCS: ["GCS_BUCKET_NAME", "GCS_ACCESS_KEY_ID", "GCS_SECRET_ACCESS_KEY"],
};
const PROVIDERS: readonly Provider[] = ["LOCAL", "S3", "AZURE", "GCS"];

// Module singletons exist once a bundle (pages, handlers, proxy); one store a process keeps one set of connections.
declare global {
  var foyerStorage: Storage | undefined;
  var foyerOtherStores: Map<Provider, Storage> | undefined;
}

/** The store of this process, to which everything new goes, as the environment says. */
export function storage(): Storage {
  globalThis.foyerStorage ??= create(env().STORAGE_PROVIDER);
  return globalThis.foyerStorage;
}

/**
 * The store in which a row says that its object lies: `storage()`, or one of those that were it before and whose settings are
 * still there. Throws StorageUnavailable, with the variable that is missing, for one whose settings are not.
 */
export function storageOf(provider: Provider): Storage {
  if (storage().provider === provider) return storage();
  globalThis.foyerOtherStores ??= new Map();
  const known = globalThis.foyerOtherStores.get(provider);
  if (known) return known;
  const missing = missingFor(provider);
  if (missing.length > 0) throw new StorageUnavailable(`The ${provider} store is not configured: set ${missing.join(", ")}`);
  const made = create(provider);
  globalThis.foyerOtherStores.set(provider, made);
  return made;
}

/** The stores whose objects can be read and removed. */
export function configuredProviders(): Provider[] {
  return PROVIDERS.filter((provider) => provider === storage().provider || missingFor(provider).length === 0);
}

/** The variables that are not set and without which there is no such store; none for the store of this machine. */
export function missingFor(provider: Provider): string[] {
  const settings = env();
  return NEEDED[provider].filter((name) => !settings[name]);
}

/**
 * Answers what arrives at /api/storage/…: the URL's own signature decides, not the cookie; of a URL that was made for somebody, whether
 * they are `welcome` still.
 */
export async function handleStorageRequest(request: Request, welcome?: Welcome): Promise<Response> {
  const store = storageOf("LOCAL");
  // By name, not instanceof: the class exists once a bundle, the store once a process.
  if ("handle" in store) return (store as LocalStorage).handle(request, connection(), welcome);
  return Response.json({ error: { code: "not_found", message: "There is no such file." } }, { status: 404 });
}

function create(provider: Provider): Storage {
  const settings = env();
  switch (provider) {
    case "LOCAL":
      return new LocalStorage({ folder: resolve(settings.FOYER_DATA, "files"), secret: settings.AUTH_SECRET });
    case "S3":
      return new S3Storage({
        bucket: settings.S3_BUCKET_NAME ?? "",
        region: settings.AWS_REGION,
        endpoint: settings.AWS_ENDPOINT_URL_S3,
        forcePathStyle: settings.S3_FORCE_PATH_STYLE,
        credentials:
          settings.AWS_ACCESS_KEY_ID && settings.AWS_SECRET_ACCESS_KEY
            ? { accessKeyId: settings.AWS_ACCESS_KEY_ID, secretAccessKey: settings.AWS_SECRET_ACCESS_KEY }
            : undefined,
      });
    case "GCS":
      return new S3Storage({
        provider: "GCS",
        bucket: settings.GCS_BUCKET_NAME ?? "",
        // The only name its signatures know of.
        region: "auto",
        endpoint: settings.GCS_ENDPOINT_URL,
        forcePathStyle: true,
        credentials: { accessKeyId: settings.GCS_ACCESS_KEY_ID ?? "", secretAccessKey: settings.GCS_SECRET_ACCESS_KEY ?? "" },
      });
    case "AZURE":
      return new AzureStorage({
        connectionString: settings.AZURE_STORAGE_CONNECTION_STRING ?? "",
        container: settings.AZURE_CONTAINER ?? "",
      });
  }
}
