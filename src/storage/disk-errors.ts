import { StorageUnavailable } from "./storage";

/** Does `operation`; what the operating system refuses is StorageUnavailable, with its error as the cause. */
export async function onDisk<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (isDiskError(error)) throw new StorageUnavailable("The folder of the files cannot be used", { cause: error });
    throw error;
  }
}

/** Errors of the operating system (full, read-only, no permission, broken) carry `syscall`; our own mistakes do not. */
export function isDiskError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}

/** What `operation` gives, or null where the file or folder it is about is not there. */
export async function absentAsNull<T>(operation: Promise<T>): Promise<T | null> {
  try {
    return await operation;
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

/** Whether the operating system found no such file or folder. */
export function isAbsent(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
