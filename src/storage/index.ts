import { resolve } from "node:path";
import { env } from "@/lib/env";
import { LocalStorage } from "./local";
import { S3Storage } from "./s3";
import type { Storage } from "./storage";

// Module singletons exist once a bundle (pages, handlers, proxy); one store a process keeps one set of connections.
declare global {
  var foyerStorage: Storage | undefined;
}

/** The store of this process, as the environment says; throws by name for a driver that is not built yet. */
export function storage(): Storage {
  globalThis.foyerStorage ??= create();
  return globalThis.foyerStorage;
}

/** Answers what arrives at /api/storage/…: the URL's own signature decides, not the session. 404 with a foreign store. */
export async function handleStorageRequest(request: Request): Promise<Response> {
  const store = storage();
  // By name, not instanceof: the class exists once a bundle, the store once a process.
  if (store.provider === "LOCAL" && "handle" in store) return (store as LocalStorage).handle(request);
  return Response.json({ error: { code: "not_found", message: "There is no such file." } }, { status: 404 });
}

function create(): Storage {
  const settings = env();
  switch (settings.STORAGE_PROVIDER) {
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
    default:
      throw new Error(`STORAGE_PROVIDER: the ${settings.STORAGE_PROVIDER} driver is not built yet; use LOCAL or S3.`);
  }
}
