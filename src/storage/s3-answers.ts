import { S3ServiceException } from "@aws-sdk/client-s3";
import { StorageUnavailable } from "./storage";

/** Whatever the SDK throws is the store's, the network's or the configuration's fault: one class for the caller, the rest in `cause`. */
export async function reached<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw new StorageUnavailable("The S3 store failed or refused", { cause });
  }
}

/** The HTTP status of the store's refusal, where `reached` threw one. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof StorageUnavailable && error.cause instanceof S3ServiceException
    ? error.cause.$metadata.httpStatusCode
    : undefined;
}

/** S3's own name of the refusal, such as NoSuchKey. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof StorageUnavailable && error.cause instanceof S3ServiceException ? error.cause.name : undefined;
}
